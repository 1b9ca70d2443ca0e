"""How tier 1 tells what happened to a lead: each record as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.operator_acts import act_words
from services.chassis.records import Record
from services.chassis.stories import Event, Fact, Waiting, moment, quoted, spoken, typed
from services.chassis.work_items import WorkItem


@dataclass(frozen=True)
class Telling:
    """What sentences need besides the record: the tier's time zone, and after how many calls a lead rests."""

    zone: ZoneInfo
    max_attempts: int


class FoundLead(Record):
    """A lead that somebody may mean, enough of it to choose by. Numbers are masked."""

    lead_id: str
    company: str
    city: str | None
    phones: list[str]
    tier: str
    stage: str
    owner: str | None
    created_at: datetime


Sentence = tuple[str, str | None]
"""What happened, and the reason that was given for it."""

_STAGES = {
    "new": "Waits to be called",
    "calling": "Cold calling begins",
    "resting": "Nobody was reached: rests before it is called again",
    "not_interested": "Closed: not interested",
    "wrong_number": "Closed: no number that works",
    "do_not_call": "On the do-not-call list: nobody calls any more",
    "cancelled": "Given up: open work was closed",
    "erased": "Erased: names, numbers and notes are gone",
    "merged": "Merged into another lead",
    "handed_over": "Handed over to tier 2",
}
_OUTCOMES = {
    "no_answer": "no answer",
    "voicemail": "only the voicemail",
    "busy": "busy",
    "wrong_number": "a wrong number",
    "do_not_call": "they asked not to be called again",
    "not_interested": "not interested",
    "interested": "interested",
    "hard_question": "a hard question, which tier 2 answers",
    "callback": "they asked to be called back",
}
_NOT_FOLLOWED = {
    "do_not_call": "they must not be called",
    "inbound": "they had called us meanwhile",
    "taken": "a colleague had it by then",
    "answered": "it was answered already",
    "cancelled": "the lead had been given up",
    "moved": "the lead had moved on",
    "erased": "the lead had been erased",
}
_ACTS = {
    "export": "Exported",
    "reveal": "Numbers were looked at in clear",
    "erase": "Erasure was asked for",
    "edit": "What is known of them was changed",
    "reopen": "Returned to cold calling",
}
_TIERS = {"conversion": "tier 2", "account_mgmt": "tier 3"}


def _registered(facts: Mapping[str, Any], _: Fact, __: Telling) -> Sentence:
    source = facts["source"]
    ways = {
        "manual": "entered by hand",
        "import": "from an import",
        "inbound": "they called us",
        "customer": "a customer of tier 3",
    }
    return f"Registered: {ways.get(source, f'from {spoken(source)}')}", None


def _place(facts: Mapping[str, Any], _: Fact, __: Telling) -> Sentence:
    words = _STAGES.get(facts["stage"], spoken(facts["stage"]).capitalize())
    if facts["stage"] == "calling" and facts["campaign"]:
        return f"{words}, campaign {quoted(facts['campaign'])}", None
    return words, None


def _call(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    outcome, at = facts["outcome"], fact.at
    words = f"Called by {fact.by}: {_OUTCOMES.get(outcome, spoken(outcome))}"
    if outcome in ("no_answer", "voicemail", "busy", "wrong_number"):
        words += f" (attempt {facts['attempt']} of {telling.max_attempts})"
    for name in ("needs", "question"):
        words += f": {quoted(facts[name])}" if facts[name] else ""
    if facts["callback_at"]:
        words += f" at {moment(datetime.fromisoformat(facts['callback_at']), telling.zone, at)}"
    elif facts["next_at"]:
        words += f"; next try {_later(datetime.fromisoformat(facts['next_at']), at, telling.zone)}"
    elif outcome in ("interested", "hard_question") and not facts["not_followed"]:
        words += ". Handed over to tier 2"
    if facts["not_followed"]:
        words += f". Nothing came of it: {_NOT_FOLLOWED.get(facts['not_followed'], spoken(facts['not_followed']))}"
    if facts["note"]:
        words += f". Note: {quoted(facts['note'])}"
    return words, spoken(facts["reason"]) or None


def _later(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A next try as the cadence has it: in minutes or hours while it is near, else when it is."""
    gap = max(timedelta(0), at - now)
    if gap < timedelta(minutes=1):
        return f"after {round(gap.total_seconds())} s"
    if gap < timedelta(minutes=90):
        return f"at +{round(gap / timedelta(minutes=1))} min"
    return f"at {moment(at, zone, now)}"


def _inbound(facts: Mapping[str, Any], _: Fact, __: Telling) -> Sentence:
    whom = ", ".join(part for part in (_TIERS.get(facts["routed_to"], facts["routed_to"]), facts["owner"]) if part)
    words = f"They called us: put through to {whom}"
    if facts["state"] == "missed":
        words = f"They called us and nobody answered: {whom} was to call back"
    if not facts["known"]:
        words += ". The number was new to us"
    return words + (f". Note: {quoted(facts['note'])}" if facts["note"] else ""), None


def _promise(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    words = f"Promised to call back by {moment(datetime.fromisoformat(facts['due_at']), telling.zone, fact.at)}"
    if facts["kept_at"]:
        return f"{words}; kept at {moment(datetime.fromisoformat(facts['kept_at']), telling.zone, fact.at)}", None
    return f"{words}; nobody has yet", None


def _merge(facts: Mapping[str, Any], fact: Fact, _: Telling) -> Sentence:
    undone = f", undone later by {facts['undone_by']}" if facts["undone_by"] else ""
    return f"Merged with {quoted(facts['other'])} by {fact.by}{undone}: they are one company", None


def _audit(facts: Mapping[str, Any], fact: Fact, _: Telling) -> Sentence:
    told = facts["facts"]
    reason = typed(told.get("reason") or told.get("basis"))
    return f"{_ACTS.get(facts['action'], spoken(facts['action']))} by {fact.by}", reason or None


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any], Fact, Telling], Sentence]] = {
    "registered": _registered,
    "place": _place,
    "call": _call,
    "inbound": _inbound,
    "promise": _promise,
    "merge": _merge,
    "audit": _audit,
    "act": lambda facts, fact, _: (f"{act_words(facts['act'])} ({fact.by})", typed(facts["reason"]) or None),
}


def told(fact: Fact, telling: Telling) -> Event:
    """A record as a sentence."""
    words, why = _SENTENCES[fact.kind](fact.facts, fact, telling)
    return Event(at=fact.at, ref=fact.ref, kind=fact.kind, words=words, by=fact.by, why=why)


def waits_for(item: WorkItem, names: Mapping[str, str], now: datetime, grace: timedelta) -> Waiting:
    """An open call: whose it is, and since when somebody could have made it. `grace` is the policy's for a promise."""
    who = item.leased_by or item.assignee
    name = names.get(who, who) if who else None
    promised = bool(item.payload.get("callback"))
    what = " ".join(["promised call" if promised else "call", str(item.payload.get("attempt", ""))]).strip()
    words = f"{name} is calling them now ({what})" if item.leased_by else f"{what} by {name or 'any caller on shift'}"
    return Waiting(
        ref=f"work:{item.id}",
        kind=item.kind,
        words=words,
        who=name,
        since=max(item.opened_at, item.not_before) if item.not_before < now else item.opened_at,
        due=item.not_before,
        late=promised and not item.leased_by and item.not_before + grace < now,
    )
