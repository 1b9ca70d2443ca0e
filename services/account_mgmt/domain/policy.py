"""Tier 3's policy as data: payment terms, dunning, and when to nudge."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.account_mgmt.domain.retention import Retention
from services.chassis.currencies import LARGEST, Currency, check_amount
from services.chassis.meanings import HolidayCountry, LocalTime, ZoneName, length_between, number_between

_YEAR = timedelta(days=366)
# Records may hold longer ones, which were allowed for a while.
Duration = Annotated[
    timedelta,
    Field(gt=timedelta(0), le=timedelta(days=3650), description="ISO 8601, e.g. P14D."),
    length_between(timedelta(milliseconds=1), _YEAR),
]
Rhythm = Annotated[
    timedelta,
    Field(gt=timedelta(0), le=timedelta(days=3650), description="ISO 8601, e.g. P30D."),
    length_between(timedelta(milliseconds=1), 5 * _YEAR),
]
# None at all is allowed too.
Gap = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=365), description="ISO 8601, e.g. P2D.")]
Way = Literal["call", "mail", "both", "post"]


class ContactHours(BaseModel):
    """When a customer may be contacted, in their own time of day."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    begin: LocalTime = time(9)
    end: LocalTime = time(18)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.begin >= self.end:
            raise ValueError("begin must be before end")
        return self


Limits = dict[Currency, Annotated[Decimal, Field(ge=0, le=LARGEST, max_digits=16, decimal_places=2)]]


class WriteOffLimits(BaseModel):
    """The most that a role may write off of one invoice, by currency; of a currency that is not named, nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    account_manager: Limits = {"UAH": Decimal("50.00"), "EUR": Decimal("1.00"), "USD": Decimal("1.00")}
    supervisor: Limits = {"UAH": Decimal("2000.00"), "EUR": Decimal("50.00"), "USD": Decimal("50.00")}

    @model_validator(mode="after")
    def _as_can_be_meant(self) -> Self:
        for role in ("account_manager", "supervisor"):
            for currency, most in getattr(self, role).items():
                check_amount(most, currency)
        for currency, most in self.account_manager.items():
            if most > self.supervisor.get(currency, 0):
                raise ValueError(f"an account manager's limit in {currency} is above a supervisor's")
        return self

    def of(self, role: str, currency: str) -> Decimal:
        """The limit of a role in a currency."""
        limits: Limits = getattr(self, role, {}) if role in ("account_manager", "supervisor") else {}
        return limits.get(currency, Decimal("0.00"))


class Policy(BaseModel):
    """What a supervisor may change without a programmer."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    timezone: ZoneName = Field(
        default="Europe/Kyiv", description="The tier's own: its working days, months and days in reports and texts."
    )
    payment_term: Gap = timedelta(days=14)
    dunning_gaps: list[Duration] = Field(
        default=[timedelta(days=7), timedelta(days=7), timedelta(days=14)],
        min_length=1,
        max_length=10,
        description="Wait after the n-th payment reminder.",
    )
    dunning_by: list[Way] = Field(
        default=["mail", "both", "call"],
        min_length=1,
        max_length=10,
        description="How the n-th payment reminder reaches the customer; the last way holds for the further ones.",
    )
    default_interval: Rhythm = Field(default=timedelta(days=30), description="Rhythm of a customer with one order.")
    shortest_interval: Rhythm = timedelta(days=7)
    longest_interval: Rhythm = timedelta(days=365)
    nudge_ahead: Gap = Field(default=timedelta(days=2), description="Remind so long before the expected order.")
    fit_every: Annotated[Duration, length_between(timedelta(milliseconds=1), timedelta(days=31))] = Field(
        default=timedelta(days=1), description="How often the forecasts are refitted to all orders."
    )
    nudge_gap: Gap = Field(default=timedelta(days=14), description="Never two nudges closer than this.")
    answer_within: Duration = timedelta(days=2)
    contact_hours: ContactHours | None = Field(
        default=ContactHours(), description="No mail and no planned nudge outside of them; null for any time."
    )
    risk_below: float = Field(
        default=0.35, ge=0, le=1, description="A customer whose retention probability falls below is at risk."
    )
    risk_every: Rhythm = Field(
        default=timedelta(days=90), description="At most one task of this kind per customer in this time."
    )
    risks_per_night: int = Field(default=200, ge=0, le=10_000, description="The most valuable ones first.")
    care_starts_per_second: Annotated[float, number_between(0.01, 200)] = Field(
        default=20, gt=0, le=200, description="How fast the care of imported customers is opened."
    )
    hold_out: float = Field(
        default=0, ge=0, le=0.5, description="Share of nudges randomly held out, to measure what nudges do."
    )
    retention: Retention = Field(
        default=Retention(), description="How long documents are kept of a customer who was erased."
    )
    working_days_only: bool = True
    holidays_of: HolidayCountry | None = "UA"
    observed: bool = Field(
        default=False, description="Keep public holidays that the country has suspended, as Ukraine under martial law."
    )
    max_escalations: int = Field(default=2, ge=0, le=20)
    write_off_limits: WriteOffLimits = Field(
        default=WriteOffLimits(), description="The most that a role may write off of one invoice, by currency."
    )
    ask_again_within: Duration = Field(
        default=timedelta(days=366), description="How far ahead a customer who says `later` may be asked again."
    )

    @property
    def zone(self) -> ZoneInfo:
        """The tier's time zone."""
        return ZoneInfo(self.timezone)

    @model_validator(mode="after")
    def _shortest_first(self) -> Self:
        if self.shortest_interval > self.longest_interval:
            raise ValueError("shortest_interval is longer than longest_interval")
        return self


STANDARD = Policy()

DEMO = Policy(
    payment_term=timedelta(seconds=15),
    dunning_gaps=[timedelta(seconds=10), timedelta(seconds=15), timedelta(seconds=30)],
    default_interval=timedelta(seconds=15),
    shortest_interval=timedelta(seconds=10),
    longest_interval=timedelta(seconds=60),
    nudge_ahead=timedelta(seconds=1),
    fit_every=timedelta(minutes=1),
    nudge_gap=timedelta(seconds=5),
    answer_within=timedelta(seconds=20),
    working_days_only=False,
    holidays_of=None,
    contact_hours=None,
)

PRESETS = {"standard": STANDARD, "demo": DEMO}
