"""How tier 2 tells what happened to a lead's deals: each entry as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.operator_acts import act_words
from services.chassis.records import Record
from services.chassis.stories import Event, Fact, Waiting, moment, quoted, spoken, typed
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import WORKED
from workflows.contracts.conversion import Stage

# Entries that the house itself makes.
_NOBODY = frozenset({"policy", "routing", "playbook", "mail", "customer", "inbound", "lead_gen"})


class OpenItem(Record):
    """Open work of a lead; `accept_by` and `waiting` of an offer to a manager."""

    id: str
    kind: str
    assignee: str | None
    opened_at: datetime
    payload: dict[str, Any]
    accept_by: datetime | None
    waiting: bool


@dataclass(frozen=True)
class Telling:
    """What sentences need besides the record: the tier's time zone, and what people are called, by id."""

    zone: ZoneInfo
    names: Mapping[str, str]

    def name(self, person: object) -> str | None:
        """What somebody is called; none for the house itself."""
        return None if not person or person in _NOBODY else self.names.get(str(person), str(person))

    def at(self, written: object, near: datetime) -> str:
        """A time of the record in words."""
        return moment(datetime.fromisoformat(str(written)), self.zone, near)


_NUMBERED = frozenset({"offer_sent", "offer_waits", "offer_expired", "offer_accepted"})

Sentence = tuple[str, str | None]
"""What happened, and the reason that was given for it."""
Teller = Callable[[Mapping[str, Any], Fact, Telling], Sentence]

_BEGINS = {
    "interested": "interested",
    "hard_question": "a hard question",
    "inbound": "they called us",
    "win_back": "a customer to be won back",
    "returned": "returned",
}
_LABELS = {
    "mail": "Mail sent",
    "mail_failed": "A mail did not arrive",
    "mail_withdrawn": "Mail taken back",
    "mail_answered": "They answered by mail",
    "mail_automatic": "An automatic answer came",
    "mail_accepted": "They accepted the invitation",
    "mail_tentative": "They may come to the meeting",
    "mail_declined": "They declined the invitation",
    "mail_counter": "They ask for another time",
    "mail_stopped": "They want no more mail",
    "next_step": "Next step",
    "stage": "Moved on",
    "meeting_held": "Meeting held",
    "meeting_no_show": "They did not come to the meeting",
    "meeting_cancelled": "Meeting cancelled",
    "meeting_given": "Another colleague comes to the meeting",
    "meeting_needs_person": "Nobody is left to come to the meeting",
    "offer_sent": "Offer",
    "offer_waits": "Offer waits for a supervisor's approval",
    "offer_rejected": "Offer not approved",
    "offer_accepted": "Offer accepted",
    "offer_mailed": "Offer mailed",
    "contact": "Contact corrected",
    "playbook": "Playbook",
    "note": "Note",
}


def _deal(facts: Mapping[str, Any], _: Fact, __: Telling) -> Sentence:
    needs = f", {quoted(facts['needs'])}" if facts["needs"] else ""
    return f"Tier 2 begins: {_BEGINS.get(facts['reason'], spoken(facts['reason']))}{needs}", None


def _offered(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    why = typed(facts.get("why")) or None
    if not facts.get("manager"):
        return typed(facts["text"]).capitalize(), why
    until = f" until {telling.at(facts['accept_by'], fact.at)}" if facts.get("accept_by") else ""
    return f"Offered to {telling.name(facts['manager'])}{until}", why


def _declined(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    who = telling.name(fact.by) or telling.name(facts.get("manager"))
    if fact.by == "policy":
        return f"Taken back from {who}", typed(facts["text"]) or None
    return f"Declined by {who or 'the supervisor'}", typed(facts["text"]) or None


def _expired(facts: Mapping[str, Any], _: Fact, telling: Telling) -> Sentence:
    return f"{telling.name(facts.get('manager')) or 'The supervisor'} did not answer in time", None


def _taken_over(facts: Mapping[str, Any], _: Fact, telling: Telling) -> Sentence:
    before = telling.name(facts.get("from"))
    words = f"{telling.name(facts.get('to'))} takes over{f' from {before}' if before else ''}"
    return words, typed(str(facts["text"]).partition(": ")[2]) or None


def _ended(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    why = typed(facts["text"]) or None
    if fact.kind == "asleep" and facts.get("return_at"):
        return f"Put to sleep until {telling.at(facts['return_at'], fact.at)}", why
    return fact.kind.capitalize(), why


def _booked(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    when = f" for {telling.at(facts['starts_at'], fact.at)}" if facts.get("starts_at") else ""
    return f"Meeting booked{when}", None


def _answer(facts: Mapping[str, Any], _: Fact, __: Telling) -> Sentence:
    return f"Hard question answered: {quoted(facts['text'])}", None


def _qualification(facts: Mapping[str, Any], _: Fact, __: Telling) -> Sentence:
    beside = {"text", "accept_by", "level"}
    known = [f"{spoken(name)}: {typed(value)}" for name, value in facts.items() if value and name not in beside]
    return "; ".join(["Qualified" if not known else f"Learned {known[0]}", *known[1:]]), None


_SENTENCES: Mapping[str, Teller] = {
    "deal": _deal,
    "offered": _offered,
    "accepted": lambda facts, fact, telling: (f"Accepted by {telling.name(facts.get('owner') or fact.by)}", None),
    "declined": _declined,
    "expired": _expired,
    "returned": lambda facts, fact, telling: (f"Given back by {telling.name(fact.by)}", typed(facts["text"]) or None),
    "taken_over": _taken_over,
    "won": lambda facts, _, __: (f"Won: {typed(facts['text'])}", None),
    "lost": _ended,
    "asleep": _ended,
    "inbound": lambda facts, _, __: (f"They called their manager: {quoted(facts['text'])}", None),
    "meeting_booked": _booked,
    "answer": _answer,
    "act": lambda facts, _, __: (act_words(facts["act"]), typed(facts["reason"]) or None),
    "qualification": _qualification,
}


def told(fact: Fact, telling: Telling) -> Event:
    """A record as a sentence, with who did it behind where the sentence does not say so."""
    by = telling.name(fact.by)
    if teller := _SENTENCES.get(fact.kind):
        words, why = teller(fact.facts, fact, telling)
    else:
        words, why = _labelled(fact), None
    if by and by not in words:
        words = f"{words} ({by})"
    return Event(at=fact.at, ref=fact.ref, kind=fact.kind, words=words, by=by, why=why)


def _labelled(fact: Fact) -> str:
    """An entry as it was written, behind what it is; what says so itself needs no label."""
    said = fact.facts.get("text")
    # The house writes these itself, and what looks like a telephone number there is the offer's.
    text = " ".join(str(said or "").split()) if fact.kind in _NUMBERED else typed(said)
    label = _LABELS.get(fact.kind, "")
    says_so = not text or text.lower().startswith(label.lower())
    words = (text or label) if says_so else f"{label}: {text}"
    return words[:1].upper() + words[1:]


_REMINDERS = ("reminder", "stale")
_WORK = {
    "approval": "a supervisor to approve the offer",
    "inbound": "a call back: they called",
    "mail": "somebody to look at a mail that did not arrive",
    "reply": "an answer to their mail",
}


def waits_for(item: OpenItem, telling: Telling, now: datetime) -> Waiting:
    """Open work in words: whose it is, and by when."""
    who = telling.name(item.assignee)
    if item.kind == "hand_over":
        free = "a free manager" if item.waiting else "a supervisor to give it to somebody"
        words = f"{who} to accept or decline" if who else free
    elif item.kind in _REMINDERS:
        words = f"{who or 'a supervisor'} to answer the reminder {quoted(item.payload.get('text'))}"
    else:
        words = _WORK.get(item.kind) or typed(item.payload.get("text")) or spoken(item.kind)
        words = f"{words} ({who or 'a supervisor'})"
    late = item.kind in _REMINDERS or (item.accept_by is not None and item.accept_by < now)
    return Waiting(
        ref=f"work:{item.id}", kind=item.kind, words=words, who=who, since=item.opened_at, due=item.accept_by, late=late
    )


def deal_waits(deal: Deal, telling: Telling, now: datetime) -> list[Waiting]:
    """What the deal itself waits for: its next step, or the end of its sleep."""
    if deal.stage in WORKED and deal.next_action_at is not None:
        who = telling.name(deal.owner)
        words, due = f"{who}'s next step: {typed(deal.next_action)}", deal.next_action_at
    elif deal.stage is Stage.ASLEEP and deal.return_at is not None:
        who, words, due = None, "the end of its sleep", deal.return_at
    else:
        return []
    return [
        Waiting(ref=f"deal:{deal.id}", kind=deal.stage.value, words=words, who=who, since=deal.updated_at, due=due,
                late=due < now)
    ]  # fmt: skip
