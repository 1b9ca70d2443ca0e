"""How tier 3 tells what happened to a customer: each record as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.account_mgmt.domain.lead_story_money import MONEY
from services.account_mgmt.domain.telling import Sentence, Teller, Telling
from services.chassis.operator_acts import act_told
from services.chassis.records import Record
from services.chassis.sentences import later as _
from services.chassis.stories import Event, Fact, Speech, Waiting, capital


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


# What the house itself does.
_NOBODY = frozenset({"", "policy", "import", "customer"})
_OUTCOMES = {
    "ordered": _("Asked about their next purchase: they order"),
    "later": _("Asked about their next purchase: ask again later"),
    "not_now": _("Asked about their next purchase: nothing now"),
    "need_changed": _("Asked about their next purchase: they need something else"),
    "complaint": _("Asked about their next purchase: a complaint"),
    "left": _("Asked about their next purchase: they leave us"),
}
_WORK = {
    "complaint": _("A complaint"),
    "risk": _("They may be leaving"),
    "inbound": _("They called their account manager"),
    "dunning": _("Payment is to be asked for"),
    "debt": _("A supervisor is to decide about a debt"),
    "mail": _("A mail did not arrive"),
    "reply": _("They answered by mail"),
    "contract": _("An invoice of their contract did not go out"),
}
_MAILS = {
    "nudge": _("Reminder by mail"),
    "dunning": _("Payment reminder by mail"),
    "invoice": _("Invoice by mail"),
}
_FIELDS = {
    "company": _("company"),
    "contact_name": _("name"),
    "phones": _("numbers"),
    "email": _("e-mail"),
    "language": _("language"),
    "timezone": _("time zone"),
    "region": _("region"),
    "city": _("town"),
    "industry": _("trade"),
    "size": _("size"),
    "website": _("website"),
    "tax_id": _("tax id"),
    "billing.name": _("invoices made out to"),
    "billing.vat_id": _("VAT id"),
    "billing.tax_id": _("tax id on invoices"),
    "billing.street": _("street"),
    "billing.postal_code": _("postal code"),
    "billing.city": _("town on invoices"),
    "billing.country": _("country"),
    "remind_by": _("how they are reminded"),
    "segment": _("segment"),
}


def _nudge(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    return telling.speech.words("Reminder %(number)s of the next purchase was due", number=facts["number"]), None


def _held_out(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    number = facts["number"]
    return telling.speech.words("Reminder %(number)s left out, to see what they do without", number=number), None


def _answer(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    return telling.speech.noted(telling.speech.one_of(_OUTCOMES, facts["outcome"]), facts["note"]), None


def _work(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech = telling.speech
    said = capital(speech.one_of(_WORK, facts["kind"]))
    if facts["note"]:
        said = speech.words("%(said)s: %(text)s", said=said, text=speech.quoted(speech.known(facts["note"])))
    if facts["state"] not in ("open", "leased"):
        ended = speech.value(facts["result"] or facts["state"])
        said = speech.words("%(said)s; %(result)s", said=said, result=ended)
    return said, None


def _mail(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech, state = telling.speech, telling.speech.value(facts["state"])
    mail = speech.one_of(_MAILS, facts["purpose"]) if facts["purpose"] in _MAILS else speech.words("Mail")
    if facts["subject"]:
        subject = speech.quoted(facts["subject"])
        said = speech.words("%(mail)s %(subject)s: %(state)s", mail=mail, subject=subject, state=state)
        return said, facts["why"]
    return speech.words("%(what)s: %(text)s", what=mail, text=state), facts["why"]


def _letter(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech = telling.speech
    text = speech.quoted(facts["subject"] or facts["text"])
    if facts["kind"] == "accepted":
        return speech.words("They accepted the invitation: %(text)s", text=text), None
    return speech.words("An automatic answer came: %(text)s", text=text), None


def _need(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech = telling.speech
    said = speech.words("A need: %(text)s", text=speech.quoted(facts["text"]))
    state = None if facts["state"] == "open" else speech.value(facts["state"])
    return speech.by(said, state), facts["note"]


def _refusal(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech = telling.speech
    return speech.words("Never offer them %(product)s", product=speech.quoted(facts["product"])), facts["reason"]


def _owner(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    return telling.speech.words("%(name)s looks after them", name=facts["manager"]), None


def _edit(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    fields = ", ".join(telling.speech.one_of(_FIELDS, one) for one in facts["fields"] or [])
    return telling.speech.words("Who they are was corrected: %(fields)s", fields=fields), None


def _contract(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech = telling.speech
    said = speech.words("Contract %(name)s", name=speech.quoted(facts["name"]))
    if facts["state"] != "active":
        said = speech.words("%(said)s; %(state)s by now", said=said, state=speech.value(facts["state"]))
    return said, facts["reason"]


def _merge(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    speech, other = telling.speech, telling.speech.quoted(facts["other"])
    if facts["kept"]:
        said = speech.words("Took over the customer %(other)s", other=other)
    else:
        said = speech.words("Merged into the customer %(other)s", other=other)
    if facts["undone_by"]:
        said = speech.words("%(said)s; undone later by %(who)s", said=said, who=facts["undone_by"])
    return said, None


def _care(facts: Mapping[str, Any], telling: Telling) -> Sentence:
    if facts["imported"]:
        return telling.speech.words("A customer from an import"), None
    return telling.speech.words("A customer now: tier 3 looks after them"), None


def _lost(_facts: Mapping[str, Any], telling: Telling) -> Sentence:
    return telling.speech.words("Left us: tier 2 is to win them back"), None


def _erased(_facts: Mapping[str, Any], telling: Telling) -> Sentence:
    return telling.speech.words("Erased: names, numbers and notes are gone; what the law asks for stays"), None


_SENTENCES: Mapping[str, Teller] = {
    **MONEY,
    "care": _care,
    "lost": _lost,
    "nudge": _nudge,
    "answer": _answer,
    "held_out": _held_out,
    "work": _work,
    "mail": _mail,
    "letter": _letter,
    "need": _need,
    "refusal": _refusal,
    "owner": _owner,
    "edit": _edit,
    "contract": _contract,
    "merge": _merge,
    "act": lambda facts, telling: act_told(facts, None, telling.speech),
    "erased": _erased,
}
KINDS = frozenset(_SENTENCES)
"""What can be told."""


def told(fact: Fact, telling: Telling) -> Event:
    """A record as a sentence, with who did it behind where the sentence does not say so."""
    words, why = _SENTENCES[fact.kind]({**fact.facts, "at": fact.at}, telling)
    by = None if fact.by in _NOBODY else fact.by
    why = telling.speech.kept(why) or None
    return Event(at=fact.at, ref=fact.ref, kind=fact.kind, words=telling.speech.by(words, by), by=by, why=why)


_OPEN_WORK = {
    "nudge": _("somebody to ask about their next purchase"),
    "complaint": _("an answer to their complaint"),
    "risk": _("somebody to find out whether they are leaving"),
    "inbound": _("a call back: they called"),
    "dunning": _("somebody to ask for payment"),
    "debt": _("a supervisor to decide about a debt"),
    "mail": _("somebody to look at a mail that did not arrive"),
    "reply": _("an answer to their mail"),
    "contract": _("somebody to look at an invoice that did not go out"),
}


def waits_for(item: OpenItem, now: datetime, speech: Speech) -> Waiting:
    """Open work in words: whose it is, and by when."""
    words = speech.by(speech.one_of(_OPEN_WORK, item.kind), item.who or speech.words("anybody in the tier"))
    late = item.answer_by is not None and item.answer_by < now
    return Waiting(
        ref=f"work:{item.id}", kind=item.kind, words=words, who=item.who, since=item.opened_at, due=item.answer_by,
        late=late,
    )  # fmt: skip


def customer_waits(customer_id: str, found: CustomerWaits, now: datetime, speech: Speech) -> list[Waiting]:
    """What is to come by the customer's own records."""
    waiting = []
    if found.next_nudge_at is not None:
        words = speech.words("the next reminder of their purchase")
        waiting.append(
            Waiting(ref=f"nudge:{customer_id}", kind="next_nudge", words=words, since=found.updated_at,
                    due=found.next_nudge_at, late=found.next_nudge_at < now)
        )  # fmt: skip
    if found.number is not None and found.issued_at is not None and found.due_at is not None:
        words = speech.words("payment of %(number)s", number=found.number)
        waiting.append(
            Waiting(ref=f"invoice:{found.number}", kind="invoice", words=words, since=found.issued_at,
                    due=found.due_at, late=found.due_at < now)
        )  # fmt: skip
    return waiting
