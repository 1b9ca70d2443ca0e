"""How tier 3 tells of a customer's orders, of their invoices, and of how these were asked for and paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.account_mgmt.domain.telling import Sentence, Teller, Telling
from services.chassis.sentences import later as _

_ORDERS = {
    "sale": _("Order %(number)s over %(sum)s, from the sale"),
    "nudge": _("Order %(number)s over %(sum)s, after a reminder"),
    "own": _("Order %(number)s over %(sum)s, of their own accord"),
    "import": _("Order %(number)s over %(sum)s, from an import"),
    "contract": _("Order %(number)s over %(sum)s, by their contract"),
}
_REMINDED = {
    "mail": _("Payment reminder %(level)s of %(number)s, by mail"),
    "call": _("Payment reminder %(level)s of %(number)s, by telephone"),
    "post": _("Payment reminder %(level)s of %(number)s, by post"),
}
_DECISIONS = {
    "pause": _("Reminders of %(number)s paused"),
    "resume": _("Reminders of %(number)s go on"),
    "remind": _("%(number)s is reminded of once more"),
    "collect": _("%(number)s goes to debt collection"),
}


def _order(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech, number, total = telling.speech, facts["number"], telling.sum(facts, "total")
    sentence = _ORDERS.get(facts["source"], _ORDERS["own"])
    said, why = speech.words(sentence, number=number, sum=total), None
    if facts["state"] == "cancelled":
        said, why = speech.words("%(said)s; cancelled later", said=said), facts["reason"]
    return speech.noted(said, facts["note"]), why


def _invoice(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    total, due = telling.sum(facts, "total"), telling.at(facts["due_at"])
    said = telling.speech.words(
        "Invoice %(number)s over %(sum)s, due %(when)s", number=facts["number"], sum=total, when=due
    )
    return said, None


def _payment(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech, paid, number = telling.speech, telling.sum(facts), facts["number"]
    if facts["by_bank"]:
        return speech.words("Paid %(sum)s on %(number)s by bank transfer", sum=paid, number=number), None
    return speech.words("Paid %(sum)s on %(number)s", sum=paid, number=number), None


def _credit_note(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    said = telling.speech.words(
        "Credit note %(number)s of %(sum)s on %(invoice)s",
        number=facts["number"], sum=telling.sum(facts), invoice=facts["invoice"],
    )  # fmt: skip
    return said, facts["reason"]


def _refund(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    said = telling.speech.words("%(sum)s given back on %(number)s", sum=telling.sum(facts), number=facts["number"])
    return said, facts["reason"]


def _reversal(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech, money, number = telling.speech, telling.sum(facts), facts["number"]
    if facts["returned"]:
        return speech.words("The bank took %(sum)s back, on %(number)s", sum=money, number=number), facts["reason"]
    return speech.words("Payment of %(sum)s on %(number)s undone", sum=money, number=number), facts["reason"]


def _write_off(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech = telling.speech
    said = speech.words("%(sum)s of %(number)s written off", sum=telling.sum(facts), number=facts["number"])
    if facts["undone"]:
        said = speech.words("%(said)s; asked for again later, %(why)s", said=said, why=speech.quoted(facts["undone"]))
    return said, facts["reason"]


def _move(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    said = telling.speech.words(
        "%(sum)s moved from %(number)s to %(to)s", sum=telling.sum(facts), number=facts["number"], to=facts["to"]
    )
    return said, facts["reason"]


def _dunning(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    sentence = _REMINDED.get(facts["way"], _("Payment reminder %(level)s of %(number)s"))
    return telling.speech.words(sentence, level=facts["level"], number=facts["number"]), None


def _decision(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech, decision = telling.speech, facts["decision"]
    if decision in _DECISIONS:
        said = speech.words(_DECISIONS[decision], number=facts["number"])
    else:
        said = speech.words("%(what)s: %(text)s", what=speech.value(decision), text=facts["number"])
    if facts["until"]:
        said = speech.words("%(said)s until %(when)s", said=said, when=telling.at(facts["until"], facts["at"]))
    return said, facts["reason"]


MONEY: Mapping[str, Teller] = {
    "order": _order,
    "order_invoice": _invoice,
    "payment": _payment,
    "credit_note": _credit_note,
    "refund": _refund,
    "reversal": _reversal,
    "write_off": _write_off,
    "move": _move,
    "dunning": _dunning,
    "dunning_decision": _decision,
}
"""Each kind of record that is about money."""
