"""Leads as people see them: the register."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model


class NewLead(Body):
    """A lead typed in by hand. Numbers may be in any format of `default_region`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "company": "Viter Trans LLC",
                    "phones": ["044 123 45 67", "+380501234567"],
                    "contact_name": "Olena Shevchenko",
                    "email": "office@viter.example",
                    "industry": "Freight",
                    "city": "Kyiv",
                    "tax_id": "14360570",
                    "default_region": "UA",
                }
            ]
        }
    )

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


class GiveUp(Body):
    """Why the house gives a lead up."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the company has closed"}]})

    reason: str = Field(min_length=1, max_length=300)
