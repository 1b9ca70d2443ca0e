"""Texts of mails to customers, in their language: the reminder of the next order, invoices, the steps of dunning."""

from __future__ import annotations

from dataclasses import dataclass

from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.money import grouped


@dataclass(frozen=True)
class MailText:
    """A mail's subject and body."""

    subject: str
    body: str


_GREETING = {"en": "Dear {name},", "uk": "Добрий день, {name}!"}
_NOBODY = {"en": "Sir or Madam", "uk": "шановні партнери"}
_REGARDS = {"en": "Kind regards\n{seller}", "uk": "З повагою\n{seller}"}
_NUDGE = {
    "en": (
        "Your next order",
        "{ago} you ordered {what}. You usually order every {every}.\n\n"
        "Shall we prepare the next one? Just reply to this mail, or wait for our call.\n\n"
        "If you do not want such reminders, reply with the word STOP.",
    ),
    "uk": (
        "Ваше наступне замовлення",
        "{ago} ви замовляли: {what}. Зазвичай ви замовляєте кожні {every}.\n\n"
        "Підготувати наступне замовлення? Просто дайте відповідь на цей лист або зачекайте на наш дзвінок.\n\n"
        "Якщо ви не бажаєте отримувати такі нагадування, надішліть у відповідь слово СТОП.",
    ),
}
_INVOICE = {
    "en": (
        "Invoice {number}",
        "please find attached invoice {number} for {open}, payable by {due}.\n\n"
        "Scan the code on it to fill in the transfer.",
    ),
    "uk": (
        "Рахунок {number}",
        "надсилаємо рахунок {number} на {open}, сплатити до {due}.\n\n"
        "Код на рахунку заповнить платіж у застосунку банку.",
    ),
}
_DUNNING = {
    "en": (
        (
            "Payment reminder: invoice {number}",
            "perhaps you have overlooked it: invoice {number} for {open} was due on {due}.\n\n"
            "If you have paid in the meantime, please disregard this mail.",
        ),
        (
            "Second reminder: invoice {number}",
            "invoice {number} was due on {due}, and {open} is still open.\n\n"
            "Please pay within the next few days, or tell us what stands in the way: we will find a solution together.",
        ),
        (
            "Last reminder: invoice {number}",
            "despite our reminders, {open} of invoice {number}, due on {due}, is still open.\n\n"
            "Please pay at once. Otherwise we cannot take further orders until the invoice is settled.",
        ),
    ),
    "uk": (
        (
            "Нагадування про оплату: рахунок {number}",
            "можливо, ви не помітили: рахунок {number} на {open} слід було сплатити до {due}.\n\n"
            "Якщо ви вже сплатили, не зважайте на цей лист.",
        ),
        (
            "Повторне нагадування: рахунок {number}",
            "рахунок {number} слід було сплатити до {due}, досі не сплачено {open}.\n\n"
            "Просимо сплатити найближчими днями або повідомити, що заважає: знайдемо рішення разом.",
        ),
        (
            "Останнє нагадування: рахунок {number}",
            "попри наші нагадування, за рахунком {number} (термін {due}) досі не сплачено {open}.\n\n"
            "Просимо сплатити негайно. Інакше ми не зможемо приймати нові замовлення до погашення боргу.",
        ),
    ),
}


def nudge(language: str, *, name: str | None, seller: str, ago: str, what: str, every: str) -> MailText:
    """The reminder of the next order; in English where there is no text of the language."""
    known = language if language in _NUDGE else "en"
    subject, body = _NUDGE[known]
    return _text(known, subject, body, name, seller, {"ago": ago, "what": what, "every": every})


def invoice(full: FullInvoice) -> MailText:
    """The mail that an invoice is attached to."""
    known = full.buyer.contact.language if full.buyer.contact.language in _INVOICE else "en"
    subject, body = _INVOICE[known]
    return _text(known, subject, body, full.buyer.contact.contact_name, full.seller.name, _facts(full))


def dunning(full: FullInvoice, level: int) -> MailText:
    """The `level`-th reminder of an overdue invoice, from 1; beyond the last text, the last one again."""
    known = full.buyer.contact.language if full.buyer.contact.language in _DUNNING else "en"
    texts = _DUNNING[known]
    subject, body = texts[min(level, len(texts)) - 1]
    return _text(known, subject, body, full.buyer.contact.contact_name, full.seller.name, _facts(full))


def _facts(full: FullInvoice) -> dict[str, str]:
    invoice = full.invoice
    return {
        "number": invoice.number,
        "open": f"{grouped(invoice.open_amount)} {invoice.currency}",
        "due": f"{full.document.due_on or full.seller.day_of(invoice.due_at):%d.%m.%Y}",
    }


def _text(language: str, subject: str, body: str, name: str | None, seller: str, facts: dict[str, str]) -> MailText:
    greeting = _GREETING[language].format(name=name or _NOBODY[language])
    text = f"{greeting}\n\n{body.format(**facts)}\n\n{_REGARDS[language].format(seller=seller)}\n"
    return MailText(subject=subject.format(**facts), body=text)
