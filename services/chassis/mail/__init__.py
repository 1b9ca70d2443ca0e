"""Mail of a tier: queued in the transaction that decides on it, sent by the worker, kept with its outcome."""

from services.chassis.mail.queue import Attachment, NewMail, queue_mail, readdress_mails, withdraw_keys, withdraw_mails

__all__ = ["Attachment", "NewMail", "queue_mail", "readdress_mails", "withdraw_keys", "withdraw_mails"]
