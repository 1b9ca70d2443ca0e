"""Why a lead is called or not: every rule that was asked, what it saw, and what it said."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from services.chassis.http import Model

Verdict = Literal["takes", "leaves"]


class Reason(Model):
    """One condition that was asked: what it saw, and whether it lets the lead be called."""

    rule: str
    verdict: Verdict
    text: str
    value: Any = Field(default=None, description="What the lead has there.")


class CampaignWhy(Model):
    """What one campaign says of the lead."""

    campaign_id: str
    name: str
    state: str
    priority: int
    criteria: str = Field(description="Name and version of the criteria; `no criteria` takes everybody.")
    criteria_id: str | None
    criteria_version: int | None
    verdict: Verdict
    reasons: list[Reason] = Field(description="Every rule of the criteria, in their order.")


class ScorePart(Model):
    """What one rule or one field adds: points, or for a learned score log-odds against not knowing the field."""

    name: str
    value: Any = None
    adds: float


class ScoreWhy(Model):
    """The lead's score and what made it."""

    score: float
    version: int | None = Field(description="Null while the lead has not been scored, or was edited since.")
    score_id: str | None
    name: str | None
    kind: Literal["weights", "learned"] | None
    parts: list[ScorePart]


class WindowWhy(Model):
    """The lead's calling window at this moment."""

    timezone: str
    open: bool
    next_open: datetime | None = Field(description="Now if it is open; null if the policy leaves no calling day.")
    policy_version: int


class NumberWhy(Model):
    """One number of the lead, masked."""

    phone: str
    working: bool
    on_ledger: Literal["phone", "company"] | None
    on_ledger_since: datetime | None
    callable: bool


class CallingWhy(Model):
    """Where the lead is in cold calling now."""

    campaign_id: str | None
    attempts: int
    next_call_at: datetime | None
    leased: bool


class Why(Model):
    """Why a lead would (not) be called. `callable` when it may be, and a campaign that runs takes or already has it."""

    lead_id: str
    callable: bool
    reasons: list[Reason] = Field(description="What holds whatever the campaign, then what each campaign says.")
    campaigns: list[CampaignWhy]
    score: ScoreWhy
    window: WindowWhy
    numbers: list[NumberWhy]
    rest_until: datetime | None
    in_calling: CallingWhy | None
