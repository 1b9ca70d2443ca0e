"""What tier 1's REST takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from services.chassis.http import Body, Model
from services.lead_gen.domain.criteria import Rule
from services.lead_gen.domain.scripts import Node
from workflows.contracts.lead_gen import CallOutcome


class NewLead(Body):
    """A lead typed in by hand. Numbers may be in any format of `default_region`."""

    company: str = Field(min_length=1, max_length=200)
    phones: list[str] = Field(min_length=1, max_length=10)
    contact_name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    industry: str | None = Field(default=None, max_length=100)
    size: str | None = Field(default=None, max_length=30)
    region: str | None = Field(default=None, max_length=100)
    city: str | None = Field(default=None, max_length=100)
    language: str = Field(default="uk", pattern="^[a-z]{2}$")
    timezone: str = "Europe/Kyiv"
    website: str | None = Field(default=None, max_length=200)
    tax_id: str | None = Field(default=None, max_length=20)
    default_region: str = Field(default="UA", pattern="^[A-Z]{2}$")


class CallView(Model):
    """One call as it was answered."""

    attempt: int
    caller: str
    outcome: str
    note: str | None
    at: datetime


class LeadView(Model):
    """A lead and where it is now."""

    id: str
    company: str
    contact_name: str | None
    phones: list[str]
    email: str | None
    industry: str | None
    size: str | None
    region: str | None
    city: str | None
    language: str
    timezone: str
    website: str | None
    tax_id: str | None
    source: str
    tier: str
    stage: str
    owner: str | None
    workflow_id: str | None
    campaign_id: str | None
    attempts: int
    score: float
    next_call_at: datetime | None
    rest_until: datetime | None
    created_at: datetime
    updated_at: datetime
    calls: list[CallView] = Field(default_factory=list)


class Reason(Model):
    """One line of the answer to why."""

    rule: str
    verdict: Literal["takes", "leaves"]
    text: str


class Why(Model):
    """Why a lead would (not) be called."""

    lead_id: str
    callable: bool
    reasons: list[Reason]


class GiveUp(Body):
    """Why the house gives a lead up."""

    reason: str = Field(min_length=1, max_length=300)


class NewCampaign(Body):
    """A campaign to be started later."""

    name: str = Field(min_length=1, max_length=100)
    criteria_id: str | None = None
    script_id: str | None = None
    priority: int = Field(default=0, ge=0, le=9)


class CampaignView(Model):
    """A campaign and how many of its leads are at each stage."""

    id: str
    name: str
    state: str
    criteria_id: str | None
    script_id: str | None
    priority: int
    created_at: datetime
    counts: dict[str, int] = Field(default_factory=dict)


class Preview(Model):
    """How many leads a campaign would take now, and the first of them."""

    matching: int
    sample: list[LeadView]


class NewCriteria(Body):
    """A new version of the criteria of this name."""

    name: str = Field(min_length=1, max_length=100)
    include: list[Rule] = Field(default_factory=list, max_length=50)
    exclude: list[Rule] = Field(default_factory=list, max_length=50)


class CriteriaView(Model):
    """One version of criteria."""

    id: str
    name: str
    version: int
    include: list[Rule]
    exclude: list[Rule]
    created_at: datetime


class NewScript(Body):
    """A new version of the script of this name."""

    name: str = Field(min_length=1, max_length=100)
    start: str
    nodes: dict[str, Node]


class ScriptView(Model):
    """One version of a script."""

    id: str
    name: str
    version: int
    start: str
    nodes: dict[str, Node]
    created_at: datetime


class NewInstruction(Body):
    """What to do in an unclear situation."""

    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=10_000)
    tags: list[str] = Field(default_factory=list, max_length=20)


class InstructionView(Model):
    """One instruction."""

    id: str
    title: str
    text: str
    tags: list[str]
    created_at: datetime


class NewCaller(Body):
    """A caller; `id` is the subject of his bearer token."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    name: str = Field(min_length=1, max_length=100)
    languages: list[str] = Field(default=["uk"], min_length=1)
    daily_quota: int | None = Field(default=None, ge=1)


class CallerView(Model):
    """One caller."""

    id: str
    name: str
    languages: list[str]
    daily_quota: int | None
    active: bool
    created_at: datetime


class NewShift(Body):
    """Planned hours of a caller."""

    caller_id: str
    starts_at: datetime
    ends_at: datetime

    @model_validator(mode="after")
    def _in_order(self) -> NewShift:
        if self.starts_at >= self.ends_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class ShiftView(Model):
    """One shift."""

    id: str
    caller_id: str
    starts_at: datetime
    ends_at: datetime
    signed_on_at: datetime | None
    signed_off_at: datetime | None
    created_at: datetime


class NextCall(Body):
    """Ask for the next lead, of one campaign or of any."""

    campaign_id: str | None = None


class LeasedLead(Model):
    """What a caller needs to call; the numbers are in clear only under the lease."""

    id: str
    company: str
    contact_name: str | None
    phones: list[str]
    industry: str | None
    size: str | None
    region: str | None
    city: str | None
    language: str
    timezone: str
    website: str | None


class LeasedCall(Model):
    """A call under a lease. `token` goes with every further request about it."""

    item_id: str
    token: int
    lease_until: datetime
    attempt: int
    callback: bool
    lead: LeasedLead
    script: ScriptView | None
    history: list[CallView]


class Token(Body):
    """The fencing token of the lease."""

    token: int


class Lease(Model):
    """How long the lease holds now."""

    item_id: str
    token: int
    lease_until: datetime | None


class NewOutcome(Body):
    """How the call ended."""

    token: int
    outcome: CallOutcome
    note: str | None = Field(default=None, max_length=4000)
    callback_at: datetime | None = None
    personal: bool = True
    reason: str | None = Field(default=None, max_length=200)
    question: str | None = Field(default=None, max_length=2000)
    needs: str | None = Field(default=None, max_length=2000)
    wished_meeting: datetime | None = None
    path: list[str] = Field(default_factory=list, max_length=300)
    script_version: int | None = None


class OutcomeTaken(Model):
    """The answer as it was recorded, and the lead's stage after it."""

    item_id: str
    lead_id: str
    outcome: CallOutcome
    stage: str


class NewInboundCall(Body):
    """Somebody called. `from` is their number; `call_id` the switchboard's id of the call."""

    from_: str = Field(alias="from", min_length=3, max_length=40)
    to: str | None = Field(default=None, max_length=40)
    call_id: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=1000)
    default_region: str = Field(default="UA", pattern="^[A-Z]{2}$")


class InboundView(Model):
    """Where an inbound call was put through."""

    id: str
    lead_id: str
    tier: str
    stage: str
    owner: str | None
    workflow_id: str
    known: bool
    routed_to: str
    at: datetime


class NewDoNotCall(Body):
    """A withdrawal of consent. `company` covers every number of the company."""

    scope: Literal["phone", "company"] = "phone"
    basis: str | None = Field(default=None, max_length=200)
    proof: str | None = Field(default=None, max_length=500)
    default_region: str = Field(default="UA", pattern="^[A-Z]{2}$")


class DoNotCallView(Model):
    """An entry of the ledger. It stays when it is lifted, with the time of lifting."""

    phone: str
    scope: str
    basis: str | None
    proof: str | None
    by: str
    at: datetime
    withdrawn_at: datetime | None


class ImportView(Model):
    """An import and its verdicts so far."""

    id: str
    state: str
    filename: str
    dry_run: bool
    rows: int
    accepted: int
    merged: int
    duplicates: int
    rejected: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class RateView(Model):
    """Interested leads per hour of calling, with an interval of about 90 %."""

    mean: float
    low: float
    high: float


class SupplyView(Model):
    """Whether tier 2 has enough until the next shift."""

    in_stock: int
    interested_per_hour: RateView
    capacity: int
    hours_of_work: float
    alarm: Literal["drought", "glut"] | None


class CallerReport(Model):
    """What one caller did."""

    caller: str
    calls: int
    contacts: int
    interested: int
    hard_questions: int
    handed_over: int
    accepted: int
    won: int


class FunnelView(Model):
    """How many leads are where, and how many ever got how far."""

    stages: dict[str, dict[str, int]]
    leads: int
    called: int
    reached: int
    handed_over: int
    accepted: int
    won: int


class NewPolicy(Body):
    """A new version of the tier's policy; what is left out keeps its default."""

    body: dict[str, Any]


class PolicyView(Model):
    """One version of the policy."""

    version: int
    body: dict[str, Any]
    created_by: str
    created_at: datetime
