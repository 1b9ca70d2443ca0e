"""The call desk: the lease and the outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.chassis.http import Body, Model
from services.lead_gen.domain.calls import CallLease, CallReport
from services.lead_gen.domain.late_outcomes import NotFollowed, ReportedOutcome
from services.lead_gen.schemas.instructions import InstructionLink
from services.lead_gen.schemas.leads import CallView
from services.lead_gen.schemas.scripts import RenderedScript
from workflows.contracts.lead_gen import CallOutcome


class NextCall(Body):
    """Ask for the next lead, of one campaign or of any."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"campaign_id": None}]})

    campaign_id: str | None = None


class LeasedLead(Model):
    """What a caller needs to call; numbers are shown in clear only under the lease."""

    id: str
    company: str
    contact_name: str | None
    phones: list[str]
    industry: str | None
    size: str | None
    region: str | None
    city: str | None
    language: str | None
    timezone: str | None
    website: str | None


class LeasedCall(Model):
    """A call under a lease. Every further request about it must carry `token`."""

    item_id: str
    token: int
    lease_until: datetime
    attempt: int
    callback: bool
    lead: LeasedLead
    script: RenderedScript | None
    history: list[CallView]
    instructions: list[InstructionLink] = Field(default_factory=list)


class Token(Body):
    """The fencing token of the lease."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": 3}]})

    token: int


class Lease(CallLease, Model):
    """Until when the lease holds."""


class NewOutcome(Body):
    """How the call ended."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": 3,
                    "outcome": "interested",
                    "needs": "two containers a month to Gdansk",
                    "wished_meeting": "2031-12-02T11:00:00+02:00",
                    "path": ["hello", "need", "meeting"],
                }
            ]
        }
    )

    token: int
    outcome: CallOutcome
    note: str | None = Field(default=None, max_length=10_000)
    callback_at: datetime | None = None
    personal: bool = True
    reason: str | None = Field(default=None, max_length=200)
    question: str | None = Field(default=None, max_length=2000)
    needs: str | None = Field(default=None, max_length=2000)
    wished_meeting: datetime | None = None
    products: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(
        default_factory=list, max_length=50, description="Catalogue ids they asked about."
    )
    path: list[str] = Field(default_factory=list, max_length=300)
    script_version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    phone: str | None = Field(
        default=None,
        max_length=40,
        description="Which of their numbers was dialled, in any format; left out, the one that was dialled last here, "
        "else the one shown first. A wrong number is this one and no other.",
    )
    dialled: str | None = Field(default=None, max_length=40, description="Another name of `phone`.")
    hold_seconds: float = Field(
        default=0, ge=0, le=60, description="How long the outcome may be taken back before the lead goes on."
    )


class UndoneCall(Model):
    """The call in hand again, under a new lease, and what was reported of it."""

    call: LeasedCall
    report: CallReport


class OutcomeTaken(ReportedOutcome, Model):
    """The answer as it was recorded, and the lead's stage after it."""

    not_followed: list[NotFollowed] = Field(
        default_factory=list,
        description="The call is recorded, but the lead had gone on: what could not follow, and why.",
    )

    promised_by: datetime | None = Field(
        default=None, description="Handed over: tell them that somebody calls by then, inside their own hours."
    )
