"""Who works in the sample department, what it sells, and what its callers are told."""

from __future__ import annotations

from typing import Final, NamedTuple

from workflows.contracts.lead_gen import CallOutcome


class Colleague(NamedTuple):
    """Somebody on the staff. `pace` stretches their think times: 1.0 is the department's usual speed."""

    id: str
    name: str
    languages: tuple[str, ...]
    pace: float


CALLERS: Final = (
    Colleague("caller-olia", "Ольга Р.", ("uk", "en"), 0.9),
    Colleague("caller-danylo", "Данило К.", ("uk", "en"), 1.0),
    Colleague("caller-iryna", "Ірина Т.", ("uk", "en"), 1.1),
    Colleague("caller-maksym", "Максим Б.", ("uk", "en"), 1.2),
    Colleague("caller-sofiia", "Софія Л.", ("uk", "en"), 0.8),
    Colleague("caller-nazar", "Назар Г.", ("uk", "en"), 1.4),
)
MANAGERS: Final = (
    Colleague("manager-viktoriia", "Вікторія Ш.", ("uk", "en"), 0.9),
    Colleague("manager-taras", "Тарас М.", ("uk", "en"), 1.0),
    Colleague("manager-larysa", "Лариса П.", ("uk", "en"), 1.1),
    Colleague("manager-oleh", "Олег С.", ("uk", "en"), 1.2),
)
ACCOUNT_MANAGERS: Final = (
    Colleague("am-halyna", "Галина Д.", ("uk", "en"), 1.0),
    Colleague("am-roman", "Роман В.", ("uk", "en"), 1.1),
    Colleague("am-yuliia", "Юлія Я.", ("uk", "en"), 0.9),
)
SUPERVISOR: Final = "supervisor-andrii"
SUPERVISOR_NAME: Final = "Андрій Н."
SWITCHBOARD: Final = "switchboard"

_NAMES: Final = {one.id: one.name for one in (*CALLERS, *MANAGERS, *ACCOUNT_MANAGERS)} | {SUPERVISOR: SUPERVISOR_NAME}


def called(person: str) -> str:
    """What somebody of the department is called, as their sign-in says it; empty for what is no person."""
    return _NAMES.get(person, "")


CAMPAIGN: Final = "Spring freight"


class Service(NamedTuple):
    """A line of the catalogue: price before tax in UAH. Carriage across the border is taxed at 0 %.

    `name` is the English one, `ukrainian` that of the department and of nearly all of its customers. Where a new
    database has the article already, it is that one's: other words in an offer are looked at by a supervisor.
    """

    id: str
    name: str
    ukrainian: str
    unit: str
    price: str
    tax_percent: str
    usual: tuple[int, int]

    def called(self, language: str) -> str:
        """What it is called on a document in this language."""
        return self.ukrainian if language == "uk" else self.name


CATALOGUE: Final = (
    Service("FTL-UA", "Full truck within Ukraine, 22 t", "Повне авто Україною, 22 т", "trip", "28500.00", "20", (1, 4)),
    Service("LTL-UA", "Groupage within Ukraine", "Збірний вантаж Україною", "pallet", "1450.00", "20", (2, 16)),
    Service("FTL-EU", "Full truck Ukraine - EU, 22 t", "Повне авто до кордону ЄС, 22 т",
            "trip", "118000.00", "0", (1, 2)),
    Service("CNT-40", "Container 40 ft, port haulage", "Контейнер 40 футів, доставка з порту",
            "container", "21400.00", "20", (1, 6)),
    Service("GRAIN", "Grain carrier", "Зерновоз", "tonne", "620.00", "20", (25, 150)),
    Service("CUSTOMS", "Customs declaration", "Митне оформлення", "service", "4200.00", "20", (1, 3)),
    Service("STORE", "Cross-dock storage", "Зберігання на крос-доку, за палету на тиждень",
            "pallet", "380.00", "20", (5, 40)),
)  # fmt: skip

SCRIPT: Final = {
    "name": "Spring freight, first call",
    "start": "greet",
    "nodes": {
        "greet": {
            "kind": "say",
            "text": "Добрий день, це відділ перевезень. Чи зручно вам пів хвилини поговорити?",
            "next": "ships",
        },
        "ships": {
            "kind": "ask",
            "text": "Чи відправляє ваша компанія вантажі цієї весни?",
            "next": {"yes": "interest", "no": "bye", "busy": "later"},
        },
        "interest": {
            "kind": "ask",
            "text": "Чи показати вам, скільки коштує ваш звичний маршрут у нас?",
            "next": {"yes": "meeting", "has a carrier": "objection", "asks about details": "expert", "no": "bye"},
        },
        "objection": {
            "kind": "objection",
            "text": "Добре, коли є перевізник. Другий рятує в пік сезону. Порівняємо одну ціну?",
            "next": {"yes": "meeting", "no": "bye"},
        },
        "meeting": {
            "kind": "appointment",
            "text": "Коли менеджеру зручно вам зателефонувати або зустрітися?",
            "next": "thanks",
        },
        "expert": {
            "kind": "hard_question",
            "text": "На це точно відповість наш менеджер, він зателефонує вам сьогодні.",
            "next": "thanks",
        },
        "later": {"kind": "say", "text": "Коли мені передзвонити?", "next": "thanks"},
        "thanks": {"kind": "end", "text": "Дякую, гарного дня!"},
        "bye": {"kind": "end", "text": "Дякую за відвертість, гарного дня!"},
    },
}

PATHS: Final[dict[CallOutcome, tuple[str, ...]]] = {
    CallOutcome.INTERESTED: ("greet", "ships", "interest", "meeting", "thanks"),
    CallOutcome.HARD_QUESTION: ("greet", "ships", "interest", "expert", "thanks"),
    CallOutcome.CALLBACK: ("greet", "ships", "later", "thanks"),
    CallOutcome.NOT_INTERESTED: ("greet", "ships", "interest", "objection", "bye"),
    CallOutcome.DO_NOT_CALL: ("greet",),
}
"""Nodes that a conversation with this outcome passes; a call that reaches nobody passes none."""

INSTRUCTIONS: Final = (
    ("They ask for a price", "Do not name one. Say that the manager calls back with a price for their route.", "price"),
    (
        "They ask about customs or insurance",
        "That is a hard question: hand the call over with their words.",
        "escalate",
    ),
    ("The wrong person answers", "Ask who arranges transport and for their number; note both.", "contact"),
    ("They are angry about the call", "Apologise, choose `do not call`, and ring off.", "consent"),
    ("They already have a carrier", "Use the objection node once. If they refuse again, thank them.", "objection"),
)

CRITERIA: Final = {
    "name": "Ships freight, not a tiny shop",
    "include": [{"field": "industry", "op": "is_null", "value": False}],
    "exclude": [{"field": "industry", "op": "eq", "value": "Textiles"}],
}
"""Who is worth calling: a known line of business, and one that fills more than a van."""
