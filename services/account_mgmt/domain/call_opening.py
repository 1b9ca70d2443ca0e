"""The opening of a call, built from facts: what somebody without sales technique can read out."""

from __future__ import annotations

from datetime import timedelta

TEMPLATES = {
    "en": (
        "Hello, this is your account manager. {ago} you ordered {what}. "
        "You usually order every {every}; shall I prepare the next one?"
    ),
    "uk": (
        "Добрий день, це ваш менеджер. {ago} ви замовляли: {what}. "
        "Зазвичай ви замовляєте кожні {every}; підготувати наступне замовлення?"
    ),
}
TEMPLATES_FOR_ONE_ORDER = {
    "en": "Hello, this is your account manager. {ago} you ordered {what}. Shall I prepare the next one?",
    "uk": "Добрий день, це ваш менеджер. {ago} ви замовляли: {what}. Підготувати наступне замовлення?",
}
"""One order has no rhythm: nothing is claimed about what they usually do."""
COMPLAINT = {
    "en": "Hello, this is your account manager. You told us: {what}. I call to put it right: how do things stand?",
    "uk": "Добрий день, це ваш менеджер. Ви нам сказали: {what}. Дзвоню, щоб це виправити: який стан справ?",
}
COMPLAINT_WITHOUT_WORDS = {
    "en": "Hello, this is your account manager. You were not content with us; what happened, and how can I mend it?",
    "uk": "Добрий день, це ваш менеджер. Ви були незадоволені нами; що сталося і як це виправити?",
}
OVERDUE = {
    "en": "Hello, this is your account manager. Invoice {number} was due {ago}. When may we expect the payment?",
    "uk": "Добрий день, це ваш менеджер. Строк оплати рахунку {number} минув {ago}. Коли чекати на оплату?",
}
UNITS = {
    "en": (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)),
    "uk": (("дн.", 86_400), ("год.", 3_600), ("хв.", 60), ("с", 1)),
}


def duration(length: timedelta, language: str) -> str:
    """`30 days`, in the largest unit that fits."""
    seconds = max(1, round(length.total_seconds()))
    language = language if language in UNITS else "en"
    name, size = next(unit for unit in UNITS[language] if seconds >= unit[1])
    count = round(seconds / size)
    plural = "s" if language == "en" and count != 1 else ""
    return f"{count} {name}{plural}"


def ago(length: timedelta, language: str) -> str:
    """`30 days ago`, in the customer's language; English where there is none."""
    known = language if language in UNITS else "en"
    passed = duration(length, known)
    return f"{passed} ago" if known == "en" else f"{passed} тому"


def complaint_opening(language: str, what: str) -> str:
    """What to say first to somebody who complained: nothing is sold before it is settled."""
    known = language if language in COMPLAINT else "en"
    return COMPLAINT[known].format(what=what.rstrip(".! ")) if what else COMPLAINT_WITHOUT_WORDS[known]


def overdue_opening(language: str, number: str, late: timedelta) -> str:
    """What to say first to somebody whose invoice is overdue."""
    known = language if language in OVERDUE else "en"
    return OVERDUE[known].format(number=number, ago=ago(late, known))


def call_opening(language: str, since: timedelta, what: str, every: timedelta | None) -> str:
    """What to say first, in the customer's language; English for one that has no text.

    `every` is none for whoever has ordered only once.
    """
    known = language if language in TEMPLATES else "en"
    if every is None:
        return TEMPLATES_FOR_ONE_ORDER[known].format(ago=ago(since, known), what=what)
    return TEMPLATES[known].format(ago=ago(since, known), what=what, every=duration(every, known))
