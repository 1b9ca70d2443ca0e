"""How tier 1 tells what happened to a lead: each record as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.operator_acts import act_told
from services.chassis.records import Record
from services.chassis.sentences import later as _
from services.chassis.stories import ENGLISH, Event, Fact, Speech, Waiting, capital
from services.chassis.work_items import WorkItem


@dataclass(frozen=True)
class Telling:
    """What sentences need besides the record: the tier's time zone, after how many calls a lead rests, the language."""

    zone: ZoneInfo
    max_attempts: int
    speech: Speech = ENGLISH

    def at(self, written: str, near: datetime) -> str:
        """A time of the record in words."""
        return self.speech.moment(datetime.fromisoformat(written), self.zone, near)


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
    "new": _("Waits to be called"),
    "calling": _("Cold calling begins"),
    "resting": _("Nobody was reached: rests before it is called again"),
    "not_interested": _("Closed: not interested"),
    "wrong_number": _("Closed: no number that works"),
    "do_not_call": _("On the do-not-call list: nobody calls any more"),
    "cancelled": _("Given up: open work was closed"),
    "erased": _("Erased: names, numbers and notes are gone"),
    "merged": _("Merged into another lead"),
    "handed_over": _("Handed over to tier 2"),
}
_OUTCOMES = {
    "no_answer": _("no answer"),
    "voicemail": _("only the voicemail"),
    "busy": _("busy"),
    "wrong_number": _("a wrong number"),
    "do_not_call": _("they asked not to be called again"),
    "not_interested": _("not interested"),
    "interested": _("interested"),
    "hard_question": _("a hard question, which tier 2 answers"),
    "callback": _("they asked to be called back"),
}
_NOT_FOLLOWED = {
    "do_not_call": _("they must not be called"),
    "inbound": _("they had called us meanwhile"),
    "taken": _("a colleague had it by then"),
    "answered": _("it was answered already"),
    "cancelled": _("the lead had been given up"),
    "moved": _("the lead had moved on"),
    "erased": _("the lead had been erased"),
}
_SOURCES = {
    "manual": _("Registered: entered by hand"),
    "import": _("Registered: from an import"),
    "inbound": _("Registered: they called us"),
    "customer": _("Registered: a customer of tier 3"),
}
_ACTS = {
    "export": _("Exported"),
    "reveal": _("Numbers were looked at in clear"),
    "erase": _("Erasure was asked for"),
    "edit": _("What is known of them was changed"),
    "reopen": _("Returned to cold calling"),
}
_TIERS = {"conversion": _("tier 2"), "account_mgmt": _("tier 3")}


def _registered(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    source, speech = facts["source"], telling.speech
    if source in _SOURCES:
        return speech.one_of(_SOURCES, source), None
    return speech.words("Registered: from %(source)s", source=speech.value(source)), None


def _place(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    speech = telling.speech
    words = capital(speech.one_of(_STAGES, facts["stage"]))
    if facts["stage"] == "calling" and facts["campaign"]:
        return speech.words("%(said)s, campaign %(name)s", said=words, name=speech.quoted(facts["campaign"])), None
    return words, None


def _call(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    outcome, speech = facts["outcome"], telling.speech
    said = speech.words("Called by %(who)s: %(outcome)s", who=fact.by, outcome=speech.one_of(_OUTCOMES, outcome))
    if outcome in ("no_answer", "voicemail", "busy", "wrong_number"):
        said = speech.words(
            "%(said)s (attempt %(num)s of %(most)s)", said=said, num=facts["attempt"], most=telling.max_attempts
        )
    for name in ("needs", "question"):
        if facts[name]:
            said = speech.words("%(said)s: %(text)s", said=said, text=speech.quoted(facts[name]))
    said = _followed(said, facts, fact, telling)
    return speech.noted(said, facts["note"]), speech.value(facts["reason"]) or None


def _followed(said: str, facts: Mapping[str, Any], fact: Fact, telling: Telling) -> str:
    """A call with what came of it."""
    speech = telling.speech
    if facts["callback_at"]:
        said = speech.words("%(said)s at %(when)s", said=said, when=telling.at(facts["callback_at"], fact.at))
    elif facts["next_at"]:
        said = _next_try(said, facts["next_at"], fact.at, telling)
    elif facts["outcome"] in ("interested", "hard_question") and not facts["not_followed"]:
        said = speech.words("%(said)s. Handed over to tier 2", said=said)
    if facts["not_followed"]:
        why = speech.one_of(_NOT_FOLLOWED, facts["not_followed"])
        said = speech.words("%(said)s. Nothing came of it: %(why)s", said=said, why=why)
    return said


def _next_try(said: str, written: str, now: datetime, telling: Telling) -> str:
    """A call with its next try as the cadence has it: in minutes or hours while it is near, else when it is."""
    gap, speech = max(timedelta(0), datetime.fromisoformat(written) - now), telling.speech
    if gap < timedelta(minutes=1):
        return speech.words("%(said)s; next try after %(num)s s", said=said, num=round(gap.total_seconds()))
    if gap < timedelta(minutes=90):
        return speech.words("%(said)s; next try at +%(num)s min", said=said, num=round(gap / timedelta(minutes=1)))
    return speech.words("%(said)s; next try at %(when)s", said=said, when=telling.at(written, now))


def _inbound(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    speech = telling.speech
    tier = speech.one_of(_TIERS, facts["routed_to"])
    whom = ", ".join(part for part in (tier, facts["owner"]) if part)
    if facts["state"] == "missed":
        said = speech.words("They called us and nobody answered: %(whom)s was to call back", whom=whom)
    else:
        said = speech.words("They called us: put through to %(whom)s", whom=whom)
    if not facts["known"]:
        said = speech.words("%(said)s. The number was new to us", said=said)
    return speech.noted(said, facts["note"]), None


def _promise(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    speech, due = telling.speech, telling.at(facts["due_at"], fact.at)
    if facts["kept_at"]:
        kept = telling.at(facts["kept_at"], fact.at)
        return speech.words("Promised to call back by %(when)s; kept at %(kept)s", when=due, kept=kept), None
    return speech.words("Promised to call back by %(when)s; nobody has yet", when=due), None


def _merge(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    speech, other, undone = telling.speech, telling.speech.quoted(facts["other"]), facts["undone_by"]
    if undone:
        said = speech.words(
            "Merged with %(other)s by %(who)s, undone later by %(undone)s: they are one company",
            other=other, who=fact.by, undone=undone,
        )  # fmt: skip
        return said, None
    return speech.words("Merged with %(other)s by %(who)s: they are one company", other=other, who=fact.by), None


def _audit(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    speech, told = telling.speech, facts["facts"]
    what = speech.one_of(_ACTS, facts["action"])
    return speech.words("%(what)s by %(who)s", what=what, who=fact.by), told.get("reason") or told.get("basis")


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any], Fact, Telling], Sentence]] = {
    "registered": _registered,
    "place": _place,
    "call": _call,
    "inbound": _inbound,
    "promise": _promise,
    "merge": _merge,
    "audit": _audit,
    "act": lambda facts, fact, telling: act_told(facts, fact.by, telling.speech),
}
KINDS = frozenset(_SENTENCES)
"""What can be told."""


def told(fact: Fact, telling: Telling) -> Event:
    """A record as a sentence."""
    words, why = _SENTENCES[fact.kind](fact.facts, fact, telling)
    why = telling.speech.kept(why) or None
    return Event(at=fact.at, ref=fact.ref, kind=fact.kind, words=words, by=fact.by, why=why)


def waits_for(item: WorkItem, names: Mapping[str, str], now: datetime, grace: timedelta, speech: Speech) -> Waiting:
    """An open call: whose it is, and since when somebody could have made it. `grace` is the policy's for a promise."""
    who = item.leased_by or item.assignee
    name = names.get(who, who) if who else None
    promised = bool(item.payload.get("callback"))
    return Waiting(
        ref=f"work:{item.id}",
        kind=item.kind,
        words=_waiting_words(item, name, _call_words(item.payload.get("attempt"), promised, speech), speech),
        who=name,
        since=max(item.opened_at, item.not_before) if item.not_before < now else item.opened_at,
        due=item.not_before,
        late=promised and not item.leased_by and item.not_before + grace < now,
    )


def _call_words(number: object, promised: bool, speech: Speech) -> str:
    if number is None:
        return speech.words("promised call") if promised else speech.words("call")
    return speech.words("promised call %(num)s", num=number) if promised else speech.words("call %(num)s", num=number)


def _waiting_words(item: WorkItem, name: str | None, call: str, speech: Speech) -> str:
    if item.leased_by:
        return speech.words("%(name)s is calling them now (%(call)s)", name=name, call=call)
    if name:
        return speech.words("%(call)s by %(name)s", call=call, name=name)
    return speech.words("%(call)s by any caller on shift", call=call)
