"""What a customer's mail program, or a mail server, would send back to one of our mails."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser
from email.utils import make_msgid
from typing import Literal

import aiosmtplib

Way = Literal["reply", "away", "stop", "bounce"]
_SECONDS = 20.0
_AWAY = {"uk": "Автоматична відповідь: ", "en": "Automatic reply: "}


def answer_of(raw: bytes, way: Way, text: str) -> bytes:
    """The answer to this mail: a `reply` with a text, an `away` note, `stop`, or a server's `bounce`."""
    ours = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    if way == "bounce":
        return _bounce(ours)
    answer = EmailMessage()
    answer["From"], answer["To"] = str(ours["To"]), str(ours["Reply-To"] or ours["From"])
    answer["Message-ID"] = make_msgid(domain="customer.example")
    answer["In-Reply-To"] = answer["References"] = str(ours["Message-ID"])
    if way == "away":
        answer["Subject"] = f"{_AWAY['uk' if _is_cyrillic(str(ours['Subject'])) else 'en']}{ours['Subject']}"
        answer["Auto-Submitted"] = "auto-replied"
        answer.set_content(text or "I am out of the office this week.")
        return answer.as_bytes()
    answer["Subject"] = f"Re: {ours['Subject']}"
    body = ours.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (str(body.get_content()) if body else "").splitlines())
    said = "STOP" if way == "stop" else text
    answer.set_content(f"{said}\n\nOn {ours['Date']}, {ours['From']} wrote:\n\n{quoted}\n")
    return answer.as_bytes()


def _bounce(ours: EmailMessage) -> bytes:
    """RFC 3464, as Postfix writes it."""
    report = MIMEMultipart("report")
    report.set_param("report-type", "delivery-status")
    report["From"] = "MAILER-DAEMON@mx.customer.example (Mail Delivery System)"
    report["To"], report["Subject"] = str(ours["Reply-To"] or ours["From"]), "Undelivered Mail Returned to Sender"
    report["Message-ID"] = make_msgid(domain="mx.customer.example")
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText("I'm sorry to have to inform you that your message could not be delivered.\n"))
    server, recipient = Message(), Message()
    server["Reporting-MTA"] = "dns; mx.customer.example"
    recipient["Final-Recipient"] = f"rfc822; {ours['To']}"
    recipient["Action"], recipient["Status"] = "failed", "5.1.1"
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 User unknown in virtual mailbox table"
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([server, recipient])
    report.attach(status)
    report.attach(MIMEMessage(ours))
    return report.as_bytes()


def _is_cyrillic(text: str) -> bool:
    return any("\u0400" <= one <= "\u04ff" for one in text)


async def send(raw: bytes, host: str, port: int) -> None:
    """Send an answer to whoever it is for, at this server. Raises aiosmtplib.SMTPException or OSError."""
    answer = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    sender = "" if "MAILER-DAEMON" in str(answer["From"]) else str(answer["From"])
    async with aiosmtplib.SMTP(hostname=host, port=port, use_tls=False, start_tls=False, timeout=_SECONDS) as client:
        await client.sendmail(sender, [str(answer["To"])], raw)
