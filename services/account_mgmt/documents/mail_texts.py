"""Mails to customers, in their language: the reminder of the next order, and the steps of dunning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """A mail's words."""

    subject: str
    text: str


_GREETING = {"en": "Dear {name},", "uk": "Добрий день, {name}!"}
_NOBODY = {"en": "Sir or Madam", "uk": "шановні партнери"}
_REGARDS = {"en": "Kind regards\n{house}", "uk": "З повагою\n{house}"}
_NUDGE = {
    "en": (
        "Your next order",
        "{ago} you ordered {what}. You usually order every {every}.\n\n"
        "Shall we prepare the next one? Just answer this mail, or wait for our call.\n\n"
        "If you do not want such reminders, answer with the word STOP.",
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
        "attached you find invoice {number} over {open}, to be paid by {due}.\n\nThe code on it fills in the transfer.",
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
            "perhaps you have overlooked it: invoice {number} over {open} was due on {due}.\n\n"
            "If you have paid in the meantime, please take no notice of this mail.",
        ),
        (
            "Second reminder: invoice {number}",
            "invoice {number} was due on {due}, and {open} is still open.\n\n"
            "Please pay within the next days, or tell us what keeps you from it: we shall find a way together.",
        ),
        (
            "Last reminder: invoice {number}",
            "in spite of our reminders {open} of invoice {number}, due on {due}, is still open.\n\n"
            "Please pay at once. Otherwise we can take no further orders until the invoice is settled.",
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


def nudge(language: str, *, name: str | None, house: str, ago: str, what: str, every: str) -> Letter:
    """The reminder of the next order; in English where there is no text of the language."""
    known = language if language in _NUDGE else "en"
    subject, body = _NUDGE[known]
    return _letter(known, subject, body, name, house, {"ago": ago, "what": what, "every": every})


def invoice(language: str, *, name: str | None, house: str, number: str, open_amount: str, due: str) -> Letter:
    """The mail that an invoice is attached to."""
    known = language if language in _INVOICE else "en"
    subject, body = _INVOICE[known]
    return _letter(known, subject, body, name, house, {"number": number, "open": open_amount, "due": due})


def dunning(
    language: str, level: int, *, name: str | None, house: str, number: str, open_amount: str, due: str
) -> Letter:
    """The `level`-th reminder of an overdue invoice, from 1; beyond the last text, the last one again."""
    known = language if language in _DUNNING else "en"
    texts = _DUNNING[known]
    subject, body = texts[min(level, len(texts)) - 1]
    return _letter(known, subject, body, name, house, {"number": number, "open": open_amount, "due": due})


def _letter(language: str, subject: str, body: str, name: str | None, house: str, values: dict[str, str]) -> Letter:
    greeting = _GREETING[language].format(name=name or _NOBODY[language])
    text = f"{greeting}\n\n{body.format(**values)}\n\n{_REGARDS[language].format(house=house)}\n"
    return Letter(subject=subject.format(**values), text=text)
