"""One story out of the tiers' parts and of what Temporal knows: what happened, where it is now, what is to come."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import Field

from services.chassis.records import Record
from services.chassis.sentences import later as _
from services.chassis.stories import ENGLISH, Event, Part, Place, Speech, Waiting
from services.ops.domain.workflows import BADLY, Retrying, Timer, Workflow
from services.ops.tiers import Missing
from workflows.contracts import queues
from workflows.contracts.base import Tier

TIERS = {
    Tier.LEAD_GEN.value: _("tier 1, lead generation"),
    Tier.CONVERSION.value: _("tier 2, conversion"),
    Tier.ACCOUNT_MGMT.value: _("tier 3, account management"),
}
NUMBER = {
    Tier.LEAD_GEN.value: _("tier 1"),
    Tier.CONVERSION.value: _("tier 2"),
    Tier.ACCOUNT_MGMT.value: _("tier 3"),
}
_OF_QUEUE = {name: NUMBER[tier] for tier, name in queues.BY_TIER.items()}
# A workflow spreads its timers a little, so that not all of a morning fall due in one second.
_SAME_MOMENT = timedelta(minutes=2)
RETRIES = 5
"""An activity that was tried more often than this is late."""
TASK_PATIENCE = timedelta(seconds=30)
"""A workflow's task that no worker has taken for longer is late."""


class Coming(Record):
    """Something that is to come. `by` says what will bring it: a timer, the queue, or the next try."""

    at: datetime
    words: str
    by: str
    code: str | None = Field(default=None, description="The activity that brings it, as Temporal calls it.")


class Told(Event):
    """An event with the tier that tells it."""

    tier: str


class Head(Record):
    """Where a lead is now, who has it, what it waits for and since when, and what is late about it."""

    lead_id: str
    company: str
    tier: str
    tier_words: str
    stage: str
    owner: str | None
    since: datetime | None
    merged_into: str | None
    waiting: list[Waiting]
    late: list[str] = Field(description="What is late, in words; empty if nothing is.")
    zone: str


class ShownWorkflow(Workflow):
    """A workflow with its page in the Temporal UI."""

    link: str


class Story(Record):
    """A lead's life through all tiers: `events` the latest first, `older` the place of the last if there are more."""

    head: Head
    events: list[Told]
    coming: list[Coming]
    workflows: list[ShownWorkflow]
    missing: list[Missing]
    older: Place | None = None


def tell(
    parts: Mapping[Tier, Part], workflows: Sequence[ShownWorkflow], missing: Sequence[Missing], *, limit: int,
    now: datetime, speech: Speech = ENGLISH,
) -> Story:  # fmt: skip
    """Put the parts of at least one tier on one line of time. They are told in the language of `speech` already."""
    names = _names(parts.values())
    events = sorted(
        (
            Told(tier=tier.value, **{**dict(event), "words": _named(event.words, names), "by": _name(event.by, names)})
            for tier, part in parts.items()
            for event in part.events
        ),
        key=lambda event: (event.at, event.ref),
        reverse=True,
    )
    more = len(events) > limit or any(part.older for part in parts.values())
    shown = events[:limit]
    return Story(
        head=_head(parts, workflows, now, speech),
        events=shown,
        coming=_coming(parts.values(), workflows, now, speech),
        workflows=list(workflows),
        missing=list(missing),
        older=(shown[-1].at, shown[-1].ref) if more and shown else None,
    )


def holder(parts: Mapping[Tier, Part]) -> Part:
    """The part of the tier that has the lead: the last one that says so, else the last that ever had it."""
    known = [parts[tier] for tier in Tier if tier in parts]
    return next((part for part in reversed(known) if part.here), known[-1])


def _head(parts: Mapping[Tier, Part], workflows: Sequence[Workflow], now: datetime, speech: Speech) -> Head:
    part, names = holder(parts), _names(parts.values())
    found = [one for tier in Tier if tier in parts for one in parts[tier].waiting]
    waiting = [
        one.model_copy(update={"words": _named(one.words, names), "who": _name(one.who, names)}) for one in found
    ]
    return Head(
        lead_id=part.lead_id,
        company=part.company,
        tier=part.tier,
        tier_words=speech.translated(TIERS[part.tier]),
        stage=part.stage,
        owner=_name(part.owner, names),
        since=part.since,
        merged_into=next((one.merged_into for one in parts.values() if one.merged_into), None),
        waiting=sorted(waiting, key=lambda one: (not one.late, one.due or one.since)),
        late=[*(one.words for one in waiting if one.late), *_held_up(workflows, now, speech)],
        zone=part.zone,
    )


def _held_up(workflows: Iterable[Workflow], now: datetime, speech: Speech) -> list[str]:
    """What is late about the workflows themselves."""
    said = []
    for one in workflows:
        name = speech.translated(one.name)
        if one.runs and one.task_since and now - one.task_since > TASK_PATIENCE:
            said.append(
                speech.words(
                    "the %(name)s has something to do, and no worker of %(tier)s takes it",
                    name=name,
                    tier=speech.one_of(_OF_QUEUE, one.queue),
                )
            )
        said += [_tried(activity, speech) for activity in one.retrying if activity.attempts > RETRIES]
        if one.failed:
            said.append(speech.words("the %(name)s has ended (%(status)s)", name=name, status=speech.value(one.status)))
    return said


def _tried(activity: Retrying, speech: Speech) -> str:
    what, num = speech.translated(activity.words), activity.attempts
    if not activity.error:
        return speech.words("%(what)s was tried %(num)s times", what=what, num=num)
    return speech.words("%(what)s was tried %(num)s times: %(error)s", what=what, num=num, error=activity.error)


def ended_badly(workflows: Collection[Workflow]) -> list[Workflow]:
    """The workflows whose last run ended and should not have."""
    return [one for one in workflows if one.status in BADLY and one is last_of(workflows, one.id)]


def last_of(workflows: Iterable[Workflow], workflow_id: str) -> Workflow | None:
    """The latest run of a workflow."""
    return max((one for one in workflows if one.id == workflow_id), key=lambda one: one.started_at, default=None)


def _coming(parts: Collection[Part], workflows: Iterable[Workflow], now: datetime, speech: Speech) -> list[Coming]:
    """What the records say is due, and the timers that nothing of it explains."""
    timers = [timer for one in workflows for timer in one.timers if timer.at > now]
    names, coming = _names(parts), []
    for waiting in (one for part in parts for one in part.waiting if one.due and one.due > now):
        due = waiting.due or now
        timer = _at(timers, due)
        if timer is not None:
            timers.remove(timer)
        coming.append(Coming(at=due, words=waiting.words, by="timer" if timer else "queue"))
    coming += [Coming(at=timer.at, words=_named(speech.known(timer.words), names), by="timer") for timer in timers]
    coming += [
        Coming(
            at=now,
            words=speech.words(
                "%(what)s is tried again (attempt %(num)s)",
                what=speech.translated(one.words),
                num=one.attempts,
            ),
            by="next try",
            code=one.activity,
        )
        for workflow in workflows
        for one in workflow.retrying
        if one.attempts > 1
    ]
    return sorted(coming, key=lambda one: one.at)


def _names(parts: Iterable[Part]) -> dict[str, str]:
    """What people are called, by id: tiers and workflows know each other's people by their ids only."""
    names: dict[str, str] = {}
    for part in parts:
        owner = {part.owner_id: part.owner} if part.owner_id and part.owner else {}
        names |= {**owner, **part.people}
    return names


def _named(words: str, names: Mapping[str, str]) -> str:
    """Words with names instead of ids; a name that ends with a full stop also ends its sentence."""
    if not names:
        return words
    ids = "|".join(re.escape(person) for person in sorted(names, key=len, reverse=True))

    def name(found: re.Match[str]) -> str:
        ends = words[found.end() : found.end() + 1] == "."
        return names[found[0]].removesuffix(".") if ends else names[found[0]]

    return re.sub(rf"(?<![\w.@-])(?:{ids})(?![\w@-])", name, words)


def _name(person: str | None, names: Mapping[str, str]) -> str | None:
    return names.get(person, person) if person else None


def _at(timers: Iterable[Timer], due: datetime) -> Timer | None:
    return next((timer for timer in timers if abs(timer.at - due) < _SAME_MOMENT), None)
