"""Tier 2's policy as data: opening hours, deadlines, offers, discounts, commission. Two presets to begin with.

All durations are business time of `calendar`. A deal keeps the version it began with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from services.chassis.business_time import Calendar
from services.chassis.meanings import at_the_door, each_once, in_words, is_stored, storable
from services.conversion.domain.calendar import ALWAYS, OFFICE
from services.conversion.domain.commissions import Rates
from services.conversion.domain.shipped_words import LOSSES
from services.conversion.domain.stages import PATH
from workflows.contracts.conversion import ConversionPolicy, HandOverReason, Stage

Duration = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=365), description="ISO 8601, e.g. PT30M.")]
DiscountPercent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
_ROLES = ("manager", "supervisor")
_MOST_YEARS = 10
_CALENDAR_TIME = frozenset({"fair_share_over", "offer_warn_before", "offer_valid_for"})
Line = Annotated[str, at_the_door(storable), Field(max_length=200)]
_LONGEST_CODE = 60
_MOST_REASONS = 100
Requirement = Literal[
    "need", "volume", "products", "authority", "timing", "current_supplier", "meeting_held", "offer_sent",
    "offer_accepted",
]  # fmt: skip


class StepKind(StrEnum):
    """Steps after which the policy sets the date of the next one, unless the manager did."""

    INFORMED = "informed"
    QUALIFIED = "qualified"
    MEETING_HELD = "meeting_held"
    MEETING_FAILED = "meeting_failed"
    APPROVAL = "approval"
    OFFER_REFUSED = "offer_refused"
    OFFER_ACCEPTED = "offer_accepted"
    STAGE_SET = "stage_set"


class LossReason(BaseModel):
    """A reason for which deals are lost. With `rest`, such a deal sleeps for that long and is offered again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, at_the_door(storable)] = Field(min_length=1, max_length=200)
    rest: Duration | None = Field(default=None, description="Calendar time; none ends the deal for good.")


_MOVED_INTO = (*PATH[2:], Stage.WON)
"""Stages that somebody moves a deal into."""


def _of_roles(limits: dict[str, Decimal]) -> dict[str, Decimal]:
    unknown = [role for role in limits if role not in _ROLES]
    if unknown:
        raise ValueError(f"there is no role '{unknown[0][:20]}' here, only {' and '.join(_ROLES)}")
    if limits.get("manager", Decimal(0)) > limits.get("supervisor", Decimal(100)):
        raise ValueError("a manager may not give more than a supervisor, who approves it")
    return limits


def _of_moves(entry: dict[Stage, list[Requirement]]) -> dict[Stage, list[Requirement]]:
    if others := [stage.value for stage in entry if stage not in _MOVED_INTO]:
        raise ValueError(f"nobody moves a deal into {others[0]}; only {', '.join(_MOVED_INTO)} can ask for something")
    return entry


def _not_all_of_it(rates: Rates) -> Rates:
    if rates.sourced + rates.closed + rates.kept > Decimal(100):
        raise ValueError("the three shares come to more than 100 per cent")
    return rates


def _letterhead(lines: list[str]) -> list[str]:
    if not any(line.strip() for line in lines):
        raise ValueError("must say who sells")
    return lines


def _codes(reasons: dict[str, LossReason]) -> dict[str, LossReason]:
    if len(reasons) > _MOST_REASONS:
        raise ValueError(f"at most {_MOST_REASONS} reasons")
    for code in reasons:
        if not code.strip() or len(code) > _LONGEST_CODE or "\x00" in code:
            raise ValueError(f"a code has 1 to {_LONGEST_CODE} characters")
    return reasons


def _check_whole(given: Mapping[Any, timedelta], needed: Iterable[StrEnum]) -> None:
    if lacking := [one.replace("_", " ") for one in needed if one not in given]:
        raise ValueError(f"no deadline is given for {', '.join(lacking)}")


class Policy(BaseModel):
    """Everything a supervisor of tier 2 may change without a programmer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar: Calendar
    accept_within: dict[HandOverReason, Duration]
    first_step_within: Duration = Field(description="From accepting a lead to its first step.")
    next_step_within: dict[StepKind, Duration]
    remind_every: Duration = Field(description="From one reminder of an overdue step to the next.")
    max_offers: int = Field(default=3, ge=1, le=20, description="Managers asked before the supervisor.")
    max_reminders: int = Field(default=3, ge=1, le=20, description="Reminders of one overdue step.")
    fair_share_over: Duration = Field(default=timedelta(days=7), description="Calendar time that offers count for.")
    entry: Annotated[dict[Stage, Annotated[list[Requirement], at_the_door(each_once)]], at_the_door(_of_moves)] = Field(
        default_factory=dict, description="What must be known or done before a deal enters a stage."
    )
    loss_reasons: Annotated[dict[str, LossReason], at_the_door(_codes)] = Field(
        default_factory=dict, description="By code; free text is also taken."
    )
    stale_after: dict[Stage, Duration] = Field(
        default_factory=dict, description="How long a deal may stand in a stage before somebody is warned."
    )
    supervisor_within: Duration = Field(
        default=timedelta(hours=1), description="For the supervisor to act on a lead that no manager has taken."
    )
    overflow_after: Duration = Field(default=timedelta(hours=4), description="Waiting for a free manager, at most.")
    overflow_owner: str | None = Field(default=None, max_length=100, description="Who takes what waited too long.")
    discount_limit: Annotated[dict[str, DiscountPercent], at_the_door(_of_roles)] = Field(
        description="Largest discount without approval, by role."
    )
    approve_within: Duration = Field(default=timedelta(hours=4), description="For deciding on a discount.")
    approval_escalate_to: str | None = Field(default=None, max_length=100, description="Who decides when it is late.")
    offer_warn_before: Duration = Field(default=timedelta(days=2), description="Calendar time before it runs out.")
    offer_valid_for: Duration = Field(default=timedelta(days=14), description="Calendar time, when not said.")
    tax_percent: DiscountPercent = Decimal("20")
    seller: Annotated[list[Line], at_the_door(_letterhead)] = Field(
        default=["Leadrelay"], min_length=1, max_length=8, description="Letterhead of offers."
    )
    meeting_minutes: int = Field(default=60, ge=5, le=480)
    hold_for: Duration = Field(default=timedelta(hours=1), description="A slot is kept for a lead on the phone.")
    playbook_min_gap: Duration = Field(
        default=timedelta(hours=8), description="Business time between two steps of playbooks that touch a lead."
    )
    playbook_on_accept: bool = Field(default=False, description="An accepted lead enters the playbook that fits best.")
    remind_before: Annotated[list[Duration], at_the_door(each_once)] = Field(
        default=[timedelta(days=1), timedelta(hours=1)], max_length=5, description="Mails to the lead before a meeting."
    )
    commission: Annotated[Rates, at_the_door(_not_all_of_it)] = Rates()

    @field_validator("accept_within")
    @classmethod
    def _every_reason(cls, given: dict[HandOverReason, timedelta]) -> dict[HandOverReason, timedelta]:
        _check_whole(given, HandOverReason)
        return given

    @field_validator("next_step_within")
    @classmethod
    def _every_step(cls, given: dict[StepKind, timedelta]) -> dict[StepKind, timedelta]:
        _check_whole(given, (step for step in StepKind if step is not StepKind.STAGE_SET))
        return given

    @model_validator(mode="after")
    def _comes_due(self, info: ValidationInfo) -> Policy:
        if is_stored(info):
            return self
        # A calendar of a minute a week makes centuries of a year of business time.
        most = _MOST_YEARS * 52 * self.calendar.open_a_week
        for name, length in self._business_times():
            if length > most:
                week = in_words(self.calendar.open_a_week)
                raise ValueError(f"{name} would take more than {_MOST_YEARS} years: the week has {week}")
        return self

    def _business_times(self) -> Iterator[tuple[str, timedelta]]:
        for name, value in self:
            if name in _CALENDAR_TIME:
                continue
            lengths = value.values() if isinstance(value, dict) else [value]
            yield from ((name, length) for length in lengths if isinstance(length, timedelta))

    @property
    def zone(self) -> ZoneInfo:
        """The tier's time zone."""
        return ZoneInfo(self.calendar.timezone)

    def accept_by(self, reason: HandOverReason, offered_at: datetime) -> datetime:
        """When a manager must have answered an offer."""
        return self.calendar.add(offered_at, self.accept_within[reason])

    def next_step(self, kind: StepKind, at: datetime) -> datetime:
        """When the step after this one is due."""
        return self.calendar.add(at, self.next_step_within.get(kind, self.first_step_within))

    def stale_at(self, stage: Stage, since: datetime) -> datetime | None:
        """When a deal has stood in a stage for too long; none if the policy sets no limit."""
        limit = self.stale_after.get(stage)
        return self.calendar.add(since, limit) if limit else None

    def warn_at(self, valid_until: datetime, at: datetime) -> datetime | None:
        """When to warn that an offer runs out; none if it is so short that its making is the warning."""
        moment = valid_until - self.offer_warn_before
        return moment if moment > at else None

    def limit_of(self, role: str) -> Decimal:
        """The largest discount this role may give alone, in per cent."""
        return self.discount_limit.get(role, Decimal(0))

    def for_workflow(self, version: int) -> ConversionPolicy:
        """The part that the workflow decides by."""
        return ConversionPolicy(version=version, max_offers=self.max_offers, max_reminders=self.max_reminders)


def _accept_within(question: timedelta, others: timedelta) -> dict[HandOverReason, timedelta]:
    at_once = {HandOverReason.HARD_QUESTION, HandOverReason.INBOUND}
    return {reason: question if reason in at_once else others for reason in HandOverReason}


_DAY = timedelta(hours=8)
_ENTRY: dict[Stage, list[Requirement]] = {Stage.QUALIFIED: ["need", "authority", "timing"], Stage.OFFER: ["need"]}
_DAYS_OF_REST = {"price": 90, "competitor": 180, "no_need": 90, "no_budget": 90, "not_reached": 30}
_REASONS = {
    code: LossReason(text=text, rest=timedelta(days=_DAYS_OF_REST[code]) if code in _DAYS_OF_REST else None)
    for code, text in LOSSES.items()
}
_LIMITS = {"manager": Decimal(10), "supervisor": Decimal(30)}

STANDARD = Policy(
    calendar=OFFICE,
    accept_within=_accept_within(timedelta(minutes=10), timedelta(minutes=30)),
    first_step_within=_DAY,
    next_step_within={
        StepKind.INFORMED: 2 * _DAY,
        StepKind.QUALIFIED: 2 * _DAY,
        StepKind.MEETING_HELD: _DAY,
        StepKind.MEETING_FAILED: _DAY,
        StepKind.APPROVAL: timedelta(hours=4),
        StepKind.OFFER_REFUSED: _DAY,
        StepKind.OFFER_ACCEPTED: _DAY,
    },
    remind_every=timedelta(hours=4),
    entry=_ENTRY,
    loss_reasons=_REASONS,
    stale_after=dict.fromkeys(PATH[1:], 10 * _DAY),
    discount_limit=_LIMITS,
)
DEMO = Policy(
    calendar=ALWAYS,
    # A working day is a minute: short enough to see a whole department at work, long enough for somebody who takes a
    # manager's chair to read a lead, decide, and do the next step before anybody is reminded.
    accept_within=_accept_within(timedelta(minutes=1), timedelta(minutes=1)),
    first_step_within=timedelta(minutes=1),
    next_step_within=dict.fromkeys(StepKind, timedelta(minutes=1, seconds=30)),
    remind_every=timedelta(seconds=30),
    approve_within=timedelta(minutes=1),
    supervisor_within=timedelta(seconds=20),
    overflow_after=timedelta(seconds=30),
    entry=_ENTRY,
    loss_reasons=_REASONS,
    discount_limit=_LIMITS,
)
PRESETS = {"standard": STANDARD, "demo": DEMO}
