"""How tier 2 tells what a lead waits for: open work, and the deal's own next step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.records import Record
from services.chassis.sentences import later as _
from services.chassis.stories import Speech, Waiting
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import WORKED
from services.conversion.domain.story import Telling
from workflows.contracts.conversion import Stage


class OpenItem(Record):
    """Open work of a lead; `accept_by` and `waiting` of an offer to a manager."""

    id: str
    kind: str
    assignee: str | None
    opened_at: datetime
    payload: dict[str, Any]
    accept_by: datetime | None
    waiting: bool


_REMINDERS = ("reminder", "stale")
_WORK = {
    "approval": _("a supervisor to approve the offer"),
    "inbound": _("a call back: they called"),
    "mail": _("somebody to look at a mail that did not arrive"),
    "reply": _("an answer to their mail"),
}


def waits_for(item: OpenItem, telling: Telling, now: datetime) -> Waiting:
    """Open work in words: whose it is, and by when."""
    who = telling.name(item.assignee)
    late = item.kind in _REMINDERS or (item.accept_by is not None and item.accept_by < now)
    return Waiting(
        ref=f"work:{item.id}", kind=item.kind, words=_waiting_words(item, who, telling.speech), who=who,
        since=item.opened_at, due=item.accept_by, late=late,
    )  # fmt: skip


def _waiting_words(item: OpenItem, who: str | None, speech: Speech) -> str:
    text = speech.kept(item.payload.get("text"))
    if item.kind == "hand_over":
        if who:
            return speech.words("%(who)s to accept or decline", who=who)
        return speech.words("a free manager") if item.waiting else speech.words("a supervisor to give it to somebody")
    if item.kind in _REMINDERS:
        return speech.words(
            "%(who)s to answer the reminder %(text)s", who=who or speech.words("a supervisor"), text=speech.quoted(text)
        )
    words = speech.one_of(_WORK, item.kind) if item.kind in _WORK or not text else text
    return speech.by(words, who or speech.words("a supervisor"))


def deal_waits(deal: Deal, telling: Telling, now: datetime) -> list[Waiting]:
    """What the deal itself waits for: its next step, or the end of its sleep."""
    speech = telling.speech
    if deal.stage in WORKED and deal.next_action_at is not None:
        who, due = telling.name(deal.owner), deal.next_action_at
        words = speech.words("%(who)s's next step: %(what)s", who=who, what=speech.kept(deal.next_action))
    elif deal.stage is Stage.ASLEEP and deal.return_at is not None:
        who, words, due = None, speech.words("the end of its sleep"), deal.return_at
    else:
        return []
    return [
        Waiting(ref=f"deal:{deal.id}", kind=deal.stage.value, words=words, who=who, since=deal.updated_at, due=due,
                late=due < now)
    ]  # fmt: skip
