"""How tier 2 tells what happened to a lead's deals: each entry as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.operator_acts import act_told
from services.chassis.sentences import later as _
from services.chassis.stories import ENGLISH, Event, Fact, Speech, capital, typed

# Entries that the house itself makes.
_NOBODY = frozenset({"policy", "routing", "playbook", "mail", "customer", "inbound", "lead_gen"})


@dataclass(frozen=True)
class Telling:
    """What sentences need besides the record: the tier's time zone, what people are called, by id, the language."""

    zone: ZoneInfo
    names: Mapping[str, str]
    speech: Speech = ENGLISH

    def name(self, person: object) -> str | None:
        """What somebody is called; none for the house itself."""
        return None if not person or person in _NOBODY else self.names.get(str(person), str(person))

    def at(self, written: object, near: datetime) -> str:
        """A time of the record in words."""
        return self.speech.moment(datetime.fromisoformat(str(written)), self.zone, near)


_NUMBERED = frozenset({
    "offer_sent", "offer_waits", "offer_mailed", "offer_expired", "offer_accepted", "approval_late",
})  # fmt: skip

Sentence = tuple[str, str | None]
"""What happened, and the reason that was given for it."""
Teller = Callable[[Mapping[str, Any], Fact, Telling], Sentence]

_BEGINS = {
    "interested": _("interested"),
    "hard_question": _("a hard question"),
    "inbound": _("they called us"),
    "win_back": _("a customer to be won back"),
}
_LABELS = {
    "mail": _("Mail sent"),
    "mail_failed": _("A mail did not arrive"),
    "mail_withdrawn": _("Mail taken back"),
    "mail_answered": _("They answered by mail"),
    "mail_automatic": _("An automatic answer came"),
    "mail_accepted": _("They accepted the invitation"),
    "mail_tentative": _("They may come to the meeting"),
    "mail_declined": _("They declined the invitation"),
    "mail_counter": _("They ask for another time"),
    "mail_stopped": _("They want no more mail"),
    "next_step": _("Next step"),
    "stage": _("Moved on"),
    "meeting_held": _("Meeting held"),
    "meeting_no_show": _("Customer missed the meeting"),
    "meeting_cancelled": _("Meeting cancelled"),
    "meeting_needs_person": _("Nobody is left to come to the meeting"),
    "offer_sent": _("Offer"),
    "offer_rejected": _("Offer not approved"),
    "offer_accepted": _("Offer accepted"),
    "contact": _("Contact corrected"),
    "playbook": _("Playbook"),
    "note": _("Note"),
}
_KINDS = {
    "accepted": _("Accepted"),
    "declined": _("Declined"),
    "hand_over": _("Handed over again"),
    "offer_expired": _("Offer expired"),
    "meeting_given": _("Another colleague comes to the meeting"),
    "offer_waits": _("Offer waits for a supervisor's approval"),
    "offer_mailed": _("Offer mailed"),
    "promise_late": _("The promised call is late"),
    "reminder": _("Reminder"),
    "stale": _("The deal stands still"),
    "waiting": _("Waits for a manager"),
}
"""What an entry is called that has no text, where its text is told without a label."""
_FACTS = {
    "need": _("need"),
    "volume": _("volume"),
    "products": _("routes or products"),
    "authority": _("who signs"),
    "timing": _("timing"),
    "current_supplier": _("present supplier"),
}


def _deal(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    speech = telling.speech
    begins = speech.one_of(_BEGINS, facts["reason"])
    if facts["needs"]:
        return speech.words("Tier 2 begins: %(why)s, %(needs)s", why=begins, needs=speech.quoted(facts["needs"])), None
    return speech.words("Tier 2 begins: %(why)s", why=begins), None


def _offered(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    speech, why, who = telling.speech, facts.get("why"), telling.name(facts.get("manager"))
    if who is None:
        return capital(speech.kept(facts["text"])), why
    if facts.get("accept_by"):
        until = telling.at(facts["accept_by"], fact.at)
        return speech.words("Offered to %(who)s until %(when)s", who=who, when=until), why
    return speech.words("Offered to %(who)s", who=who), why


def _accepted(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    return telling.speech.words("Accepted by %(who)s", who=telling.name(facts.get("owner") or fact.by)), None


def _declined(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    who, speech = telling.name(fact.by) or telling.name(facts.get("manager")), telling.speech
    if fact.by == "policy":
        return speech.words("Taken back from %(who)s", who=who), facts["text"]
    if who is None:
        return speech.words("Declined by the supervisor"), facts["text"]
    return speech.words("Declined by %(who)s", who=who), facts["text"]


def _expired(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    who, speech = telling.name(facts.get("manager")), telling.speech
    if who is None:
        return speech.words("The supervisor did not answer in time"), None
    return speech.words("%(who)s did not answer in time", who=who), None


def _returned(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    return telling.speech.words("Given back by %(who)s", who=telling.name(fact.by)), facts["text"]


def _taken_over(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    speech, who, before = telling.speech, telling.name(facts.get("to")), telling.name(facts.get("from"))
    why = str(facts["text"]).partition(": ")[2]
    if before is None:
        return speech.words("%(who)s takes over", who=who), why
    return speech.words("%(who)s takes over from %(before)s", who=who, before=before), why


def _won(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    text = telling.speech.kept(facts["text"])
    if str(facts["text"]).startswith("won"):
        return capital(text), None
    return telling.speech.words("Won: %(text)s", text=text), None


def _lost(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    return telling.speech.words("Lost"), facts["text"]


def _asleep(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    speech = telling.speech
    if facts.get("return_at"):
        until = telling.at(facts["return_at"], fact.at)
        return speech.words("Put to sleep until %(when)s", when=until), facts["text"]
    return speech.words("Put to sleep"), facts["text"]


def _inbound(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    speech = telling.speech
    if not facts["text"]:
        return speech.words("They called their manager"), None
    return speech.words("They called their manager: %(text)s", text=speech.quoted(speech.known(facts["text"]))), None


def _booked(facts: Mapping[str, Any], fact: Fact, telling: Telling) -> Sentence:
    speech = telling.speech
    if facts.get("starts_at"):
        return speech.words("Meeting booked for %(when)s", when=telling.at(facts["starts_at"], fact.at)), None
    return speech.words("Meeting booked"), None


def _answer(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    speech = telling.speech
    return speech.words("Hard question answered: %(text)s", text=speech.quoted(facts["text"])), None


def _qualification(facts: Mapping[str, Any], _fact: Fact, telling: Telling) -> Sentence:
    beside, speech = {"text", "accept_by", "level"}, telling.speech
    known = [
        speech.words("%(what)s: %(text)s", what=speech.one_of(_FACTS, name), text=typed(value))
        for name, value in facts.items()
        if value and name not in beside
    ]
    if not known:
        return speech.words("Qualified"), None
    return speech.words("Learned %(what)s", what="; ".join(known)), None


_SENTENCES: Mapping[str, Teller] = {
    "deal": _deal,
    "offered": _offered,
    "accepted": _accepted,
    "declined": _declined,
    "expired": _expired,
    "returned": _returned,
    "taken_over": _taken_over,
    "won": _won,
    "lost": _lost,
    "asleep": _asleep,
    "inbound": _inbound,
    "meeting_booked": _booked,
    "answer": _answer,
    "act": lambda facts, _, telling: act_told(facts, None, telling.speech),
    "qualification": _qualification,
}
KINDS = frozenset({*_SENTENCES, *_LABELS, *_KINDS})
"""What can be told."""


def told(fact: Fact, telling: Telling) -> Event:
    """A record as a sentence, with who did it behind where the sentence does not say so."""
    by, speech = telling.name(fact.by), telling.speech
    if teller := _SENTENCES.get(fact.kind):
        words, why = teller(fact.facts, fact, telling)
    else:
        words, why = _labelled(fact, speech), None
    why = speech.kept(why) or None
    return Event(at=fact.at, ref=fact.ref, kind=fact.kind, words=speech.by(words, by), by=by, why=why)


def _labelled(fact: Fact, speech: Speech) -> str:
    """An entry as it was written, behind what it is; what says so itself needs no label."""
    said = fact.facts.get("text")
    # The house writes these itself, and what looks like a telephone number there is the offer's.
    text = " ".join(str(said or "").split()) if fact.kind in _NUMBERED else typed(said)
    label = _LABELS.get(fact.kind, "")
    if not text:
        return speech.translated(label) if label else capital(speech.one_of(_KINDS, fact.kind))
    if label and text.lower().startswith(f"{label.lower()}: "):
        text = text[len(label) + 2 :]
    elif text.lower().startswith(label.lower()):
        return capital(speech.known(text))
    return capital(speech.words("%(what)s: %(text)s", what=speech.translated(label), text=speech.known(text)))
