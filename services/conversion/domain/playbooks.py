"""Playbooks as data: who enters, what is done and when, and the tracks that follow from what the lead does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.business_time import Calendar
from services.chassis.records import Record
from services.conversion.domain.deals import Deal
from services.conversion.domain.policy import Policy

Kind = Literal["call", "mail", "meeting", "wait"]
Track = Literal["main", "positive", "negative"]
Response = Literal["none", "positive", "negative"]
TRACKS: tuple[Track, ...] = ("main", "positive", "negative")
FACTS = ("stage", "reason", "segment", "language", "region", "industry", "campaign_id", "needs", "email")
_LONGEST = 30
Duration = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=120))]


class Step(BaseModel):
    """One step, `after` so much business time since the one before. `text` says to the manager what to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=50, pattern=r"^[a-z0-9_-]+$")
    kind: Kind
    after: Duration = timedelta(0)
    text: str = Field(default="", max_length=1000)
    template: str | None = Field(default=None, max_length=100, description="Of a mail.")


class Rule(BaseModel):
    """One condition of entry: a fact of the deal is one of these values, none of them, or known at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Literal["stage", "reason", "segment", "language", "region", "industry", "campaign_id", "needs", "email"]
    op: Literal["in", "not_in", "known", "unknown"]
    values: list[str] = Field(default_factory=list, max_length=100)


class Playbook(BaseModel):
    """A sequence of steps. All `entry` rules must hold; of several that fit, the highest `priority` is taken.

    When the lead's answer is positive or negative, what is left of the present track gives way to that track.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: list[Rule] = Field(default_factory=list, max_length=20)
    priority: int = Field(default=0, ge=0, le=1000)
    main: list[Step] = Field(min_length=1, max_length=_LONGEST)
    positive: list[Step] = Field(default_factory=list, max_length=_LONGEST)
    negative: list[Step] = Field(default_factory=list, max_length=_LONGEST)

    def track(self, name: Track) -> list[Step]:
        """The steps of a track."""
        return {"main": self.main, "positive": self.positive, "negative": self.negative}[name]


@dataclass(frozen=True)
class Trial:
    """A playbook tried on recent deals: whom its entry rules let in, what kept the others out, when its steps are due.

    `refused_by` counts deals by the first rule that refused them.
    """

    deals: int
    fitting: Sequence[str]
    refused_by: dict[str, int]
    main: Sequence[tuple[Step, datetime]]


class SavedPlaybook(Record):
    """One version of a playbook."""

    id: str
    name: str
    version: int
    body: Playbook
    created_by: str
    created_at: datetime


def problems(playbook: Playbook, templates: Collection[str]) -> list[tuple[str, str]]:
    """All that is wrong with a playbook: (field, reason)."""
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for name in TRACKS:
        for number, step in enumerate(playbook.track(name)):
            field = f"body.{name}[{number}]"
            if step.id in seen:
                found.append((f"{field}.id", f"there is another step {step.id}"))
            seen.add(step.id)
            if step.kind == "mail" and step.template is None:
                found.append((f"{field}.template", "a mail needs its template"))
            elif step.kind == "mail" and step.template not in templates:
                found.append((f"{field}.template", f"there is no template {step.template}"))
            elif step.kind in ("call", "meeting") and not step.text.strip():
                found.append((f"{field}.text", "must say what the manager has to do"))
            elif step.kind == "wait" and not step.after:
                found.append((f"{field}.after", "a wait needs a duration"))
    for number, rule in enumerate(playbook.entry):
        if rule.op in ("in", "not_in") and not rule.values:
            found.append((f"body.entry[{number}].values", "must name at least one value"))
    return found


def fits(playbook: Playbook, facts: Mapping[str, Any]) -> Rule | None:
    """The first entry rule that does not hold; none if the deal may enter."""
    return next((rule for rule in playbook.entry if not _holds(rule, facts.get(rule.field))), None)


def _holds(rule: Rule, value: Any) -> bool:
    match rule.op:
        case "in":
            return str(value or "") in rule.values
        case "not_in":
            return str(value or "") not in rule.values
        case "known":
            return bool(value)
        case "unknown":
            return not value


def due_at(
    step: Step, *, since: datetime, last_contact: datetime | None, min_gap: timedelta, calendar: Calendar
) -> datetime:
    """When a step is due: after its business time, and none touches the lead too soon after the last one that did."""
    due = calendar.add(since, step.after)
    if step.kind != "wait" and last_contact is not None:
        due = max(due, calendar.add(last_contact, min_gap))
    return due


def after_response(
    playbook: Playbook, track: Track, left: Sequence[Step], response: Response, entered: Collection[Track] = ()
) -> tuple[Track, list[Step]]:
    """The track and the steps that are left after what the lead did.

    A track is `entered` once: where another answer would lead back to one, nothing is left, and so every run ends.
    """
    if response == "none" or response == track:
        return track, list(left)
    if response in entered:
        return track, []
    return response, list(playbook.track(response))


def facts_of(deal: Deal) -> dict[str, object]:
    """What entry rules look at."""
    contact = deal.contact
    return {
        "stage": deal.stage.value,
        "reason": deal.reason.value,
        "segment": deal.segment,
        "language": contact.language,
        "region": contact.region,
        "industry": contact.industry,
        "campaign_id": deal.campaign_id,
        "needs": deal.needs,
        "email": contact.email,
    }


def due_times(
    steps: Sequence[Step], policy: Policy, at: datetime, last_contact: datetime | None
) -> list[tuple[Step, datetime]]:
    """When each of these steps would be due if each were done on time."""
    found = []
    since, touched = at, last_contact
    for step in steps:
        due = due_at(step, since=since, last_contact=touched, min_gap=policy.playbook_min_gap, calendar=policy.calendar)
        since = policy.calendar.add(due, timedelta(0))
        touched = touched if step.kind == "wait" else since
        found.append((step, since))
    return found


def best_fit(playbooks: Sequence[SavedPlaybook], deal: Deal) -> SavedPlaybook | None:
    """The playbook that fits the deal best: the highest priority, then the first name; none if none fits."""
    facts = facts_of(deal)
    fitting = [one for one in playbooks if fits(one.body, facts) is None]
    return min(fitting, key=lambda one: (-one.body.priority, one.name), default=None)
