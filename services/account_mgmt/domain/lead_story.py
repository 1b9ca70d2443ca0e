"""How tier 3 tells what happened to a customer: each record as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.money import grouped
from services.chassis.operator_acts import act_words
from services.chassis.records import Record
from services.chassis.stories import Event, Fact, Waiting, moment, quoted, spoken, typed


class OpenItem(Record):
    """Open work of a customer; `answer_by` of a reminder of the next purchase."""

    id: str
    kind: str
    who: str | None
    opened_at: datetime
    payload: dict[str, Any]
    answer_by: datetime | None


class CustomerWaits(Record):
    """When the next reminder is due, and the invoice that is due first."""

    next_nudge_at: datetime | None
    updated_at: datetime
    number: str | None
    issued_at: datetime | None
    due_at: datetime | None


Sentence = tuple[str, str | None]
"""What happened, and the reason that was given for it."""
Teller = Callable[[Mapping[str, Any], datetime, ZoneInfo], Sentence]

# What the house itself does.
_NOBODY = frozenset({"", "policy", "import", "customer"})
_SOURCES = {
    "sale": "from the sale",
    "nudge": "after a reminder",
    "own": "of their own accord",
    "import": "from an import",
    "contract": "by their contract",
}
_OUTCOMES = {
    "ordered": "they order",
    "later": "ask again later",
    "not_now": "nothing now",
    "need_changed": "they need something else",
    "complaint": "a complaint",
    "left": "they leave us",
}
_WORK = {
    "complaint": "A complaint",
    "risk": "They may be leaving",
    "inbound": "They called their account manager",
    "dunning": "Payment is to be asked for",
    "debt": "A supervisor is to decide about a debt",
    "mail": "A mail did not arrive",
    "reply": "They answered by mail",
    "contract": "An invoice of their contract did not go out",
}
_MAILS = {"nudge": "Reminder by mail", "dunning": "Payment reminder by mail", "invoice": "Invoice by mail"}
_WAYS = {"mail": "by mail", "call": "by telephone", "post": "by post"}
_DECISIONS = {
    "pause": "Reminders of {} paused",
    "resume": "Reminders of {} go on",
    "remind": "{} is reminded of once more",
    "collect": "{} goes to debt collection",
}


def _sum(facts: Mapping[str, Any], name: str = "amount") -> str:
    return f"{grouped(Decimal(facts[name]))} {facts['currency']}"


def _because(facts: Mapping[str, Any]) -> str | None:
    return typed(facts.get("reason")) or None


def _order(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    words = f"Order {facts['number']} over {_sum(facts, 'total')}, {_SOURCES.get(facts['source'], facts['source'])}"
    note = f". Note: {quoted(facts['note'])}" if facts["note"] else ""
    if facts["state"] == "cancelled":
        return f"{words}; cancelled later{note}", _because(facts)
    return f"{words}{note}", None


def _invoice(facts: Mapping[str, Any], _: datetime, zone: ZoneInfo) -> Sentence:
    due = moment(datetime.fromisoformat(facts["due_at"]), zone)
    return f"Invoice {facts['number']} over {_sum(facts, 'total')}, due {due}", None


def _payment(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    return f"Paid {_sum(facts)} on {facts['number']}{' by bank transfer' if facts['by_bank'] else ''}", None


def _reversal(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    if facts["returned"]:
        return f"The bank took {_sum(facts)} back, on {facts['number']}", _because(facts)
    return f"Payment of {_sum(facts)} on {facts['number']} undone", _because(facts)


def _write_off(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    undone = f"; asked for again later, {quoted(facts['undone'])}" if facts["undone"] else ""
    return f"{_sum(facts)} of {facts['number']} written off{undone}", _because(facts)


def _nudge(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    return f"Reminder {facts['number']} of the next purchase was due", None


def _answer(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    note = f". Note: {quoted(facts['note'])}" if facts["note"] else ""
    return f"Asked about their next purchase: {_OUTCOMES.get(facts['outcome'], facts['outcome'])}{note}", None


def _work(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    note = f": {quoted(facts['note'])}" if facts["note"] else ""
    ended = "" if facts["state"] in ("open", "leased") else f"; {spoken(facts['result'] or facts['state'])}"
    return f"{_WORK.get(facts['kind'], spoken(facts['kind']).capitalize())}{note}{ended}", None


def _mail(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    subject = f" {quoted(facts['subject'])}" if facts["subject"] else ""
    return f"{_MAILS.get(facts['purpose'], 'Mail')}{subject}: {spoken(facts['state'])}", typed(facts["why"]) or None


def _letter(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    kind = "They accepted the invitation" if facts["kind"] == "accepted" else "An automatic answer came"
    return f"{kind}: {quoted(facts['subject'] or facts['text'])}", None


def _need(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    state = "" if facts["state"] == "open" else f" ({spoken(facts['state'])})"
    return f"A need: {quoted(facts['text'])}{state}", typed(facts["note"]) or None


def _edit(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    return f"Who they are was corrected: {', '.join(spoken(one) for one in facts['fields'] or [])}", None


def _dunning(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    return f"Payment reminder {facts['level']} of {facts['number']}, {_WAYS.get(facts['way'], facts['way'])}", None


def _decision(facts: Mapping[str, Any], at: datetime, zone: ZoneInfo) -> Sentence:
    words = _DECISIONS.get(facts["decision"], f"{spoken(facts['decision'])} {{}}").format(facts["number"])
    until = f" until {moment(datetime.fromisoformat(facts['until']), zone, at)}" if facts["until"] else ""
    return f"{words}{until}", _because(facts)


def _contract(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    state = "" if facts["state"] == "active" else f"; {facts['state']} by now"
    return f"Contract {quoted(facts['name'])}{state}", _because(facts)


def _merge(facts: Mapping[str, Any], _: datetime, __: ZoneInfo) -> Sentence:
    how = "Took over the customer" if facts["kept"] else "Merged into the customer"
    undone = f"; undone later by {facts['undone_by']}" if facts["undone_by"] else ""
    return f"{how} {quoted(facts['other'])}{undone}", None


_SENTENCES: Mapping[str, Teller] = {
    "care": lambda facts, _, __: (
        "A customer from an import" if facts["imported"] else "A customer now: tier 3 looks after them", None),
    "lost": lambda _, __, ___: ("Left us: tier 2 is to win them back", None),
    "order": _order,
    "order_invoice": _invoice,
    "payment": _payment,
    "credit_note": lambda facts, _, __: (
        f"Credit note {facts['number']} of {_sum(facts)} on {facts['invoice']}", _because(facts)),
    "refund": lambda facts, _, __: (f"{_sum(facts)} given back on {facts['number']}", _because(facts)),
    "reversal": _reversal,
    "write_off": _write_off,
    "move": lambda facts, _, __: (
        f"{_sum(facts)} moved from {facts['number']} to {facts['to']}", _because(facts)),
    "nudge": _nudge,
    "answer": _answer,
    "held_out": lambda facts, _, __: (f"Reminder {facts['number']} left out, to see what they do without", None),
    "work": _work,
    "mail": _mail,
    "letter": _letter,
    "need": _need,
    "refusal": lambda facts, _, __: (f"Never offer them {quoted(facts['product'])}", _because(facts)),
    "owner": lambda facts, _, __: (f"{facts['manager']} looks after them", None),
    "edit": _edit,
    "dunning": _dunning,
    "dunning_decision": _decision,
    "contract": _contract,
    "merge": _merge,
    "act": lambda facts, _, __: (act_words(facts["act"]), typed(facts["reason"]) or None),
    "erased": lambda _, __, ___: ("Erased: names, numbers and notes are gone; what the law asks for stays", None),
}  # fmt: skip


def told(fact: Fact, zone: ZoneInfo) -> Event:
    """A record as a sentence, with who did it behind where the sentence does not say so."""
    words, why = _SENTENCES[fact.kind](fact.facts, fact.at, zone)
    by = None if fact.by in _NOBODY else fact.by
    if by and by not in words:
        words = f"{words} ({by})"
    return Event(at=fact.at, ref=fact.ref, kind=fact.kind, words=words, by=by, why=why)


_OPEN_WORK = {
    "nudge": "somebody to ask about their next purchase",
    "complaint": "an answer to their complaint",
    "risk": "somebody to find out whether they are leaving",
    "inbound": "a call back: they called",
    "dunning": "somebody to ask for payment",
    "debt": "a supervisor to decide about a debt",
    "mail": "somebody to look at a mail that did not arrive",
    "reply": "an answer to their mail",
    "contract": "somebody to look at an invoice that did not go out",
}


def waits_for(item: OpenItem, now: datetime) -> Waiting:
    """Open work in words: whose it is, and by when."""
    words = f"{_OPEN_WORK.get(item.kind, spoken(item.kind))} ({item.who or 'anybody in the tier'})"
    late = item.answer_by is not None and item.answer_by < now
    return Waiting(
        ref=f"work:{item.id}", kind=item.kind, words=words, who=item.who, since=item.opened_at, due=item.answer_by,
        late=late,
    )  # fmt: skip


def customer_waits(customer_id: str, found: CustomerWaits, now: datetime) -> list[Waiting]:
    """What is to come by the customer's own records."""
    waiting = []
    if found.next_nudge_at is not None:
        waiting.append(
            Waiting(ref=f"nudge:{customer_id}", kind="next_nudge", words="the next reminder of their purchase",
                    since=found.updated_at, due=found.next_nudge_at, late=found.next_nudge_at < now)
        )  # fmt: skip
    if found.number is not None and found.issued_at is not None and found.due_at is not None:
        waiting.append(
            Waiting(ref=f"invoice:{found.number}", kind="invoice", words=f"payment of {found.number}",
                    since=found.issued_at, due=found.due_at, late=found.due_at < now)
        )  # fmt: skip
    return waiting
