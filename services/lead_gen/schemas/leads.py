"""Leads as people see them: the register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.chassis.contacts.masks import mask_phone, masked_contact
from services.chassis.http import Body, Model
from services.chassis.meanings import CountryCode, Language, OneLine, PhoneRegion, ZoneName
from services.lead_gen.domain.calls import Call
from services.lead_gen.domain.leads import Erasure, Lead


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

    company: OneLine = Field(min_length=1, max_length=200)
    phones: list[str] = Field(min_length=1, max_length=10)
    contact_name: OneLine | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    industry: OneLine | None = Field(default=None, max_length=100)
    size: OneLine | None = Field(default=None, max_length=30)
    region: OneLine | None = Field(default=None, max_length=100)
    city: OneLine | None = Field(default=None, max_length=100)
    country: CountryCode | None = Field(default=None, description="ISO 3166; left out, that of its numbers.")
    language: Language | None = Field(default=None, description="Left out, by the country.")
    timezone: ZoneName | None = Field(default=None, description="IANA name; left out, by numbers, region and country.")
    website: str | None = Field(default=None, max_length=200)
    tax_id: str | None = Field(default=None, max_length=20)
    default_region: PhoneRegion = "UA"


class LeadChange(Body):
    """What is left out stays as it is; null empties it. Numbers, e-mail and tax id tell companies apart and stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"timezone": "America/Denver", "language": "en"}]})

    contact_name: OneLine | None = Field(default=None, max_length=200)
    industry: OneLine | None = Field(default=None, max_length=100)
    size: OneLine | None = Field(default=None, max_length=30)
    region: OneLine | None = Field(default=None, max_length=100)
    city: OneLine | None = Field(default=None, max_length=100)
    country: CountryCode | None = None
    language: Language | None = None
    timezone: ZoneName | None = None


class CallView(Model):
    """One call as it was answered."""

    attempt: int
    caller: str
    outcome: str
    note: str | None
    phone: str | None = Field(default=None, description="The number that was dialled, where that is known.")
    talk_seconds: int | None = Field(default=None, description="How long they talked, where the switchboard told.")
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
    country: str | None
    language: str | None = Field(description="Null while it is not known.")
    timezone: str | None = Field(description="Null while it is not known; it is called only inside `possible_zones`.")
    possible_zones: list[str] = Field(description="The zones it may be in while its own is not known.")
    gaps: list[str] = Field(description="What is missing of what a call needs: `language`, `timezone`.")
    version: int
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

    @classmethod
    def of(cls, lead: Lead, *, masked: bool = True, calls: Sequence[Call] = ()) -> Self:
        """The answer; masked, unless for somebody who is about to dial."""
        told = [CallView.model_validate(call, from_attributes=True) for call in calls]
        if masked:
            told = [call.model_copy(update={"phone": call.phone and mask_phone(call.phone)}) for call in told]
        place = {"possible_zones": lead.possible_zones, "gaps": lead.gaps}
        return cls.model_validate({**dict(lead), **place, **(masked_contact(lead) if masked else {}), "calls": told})


class GiveUp(Body):
    """Why a lead is given up."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the company has closed"}]})

    reason: str = Field(min_length=1, max_length=300)


class Reveal(Body):
    """Why somebody needs the numbers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the lead asked us to check its numbers"}]})

    reason: str = Field(min_length=3, max_length=300)


class Revealed(Model):
    """The lead's contact data in clear."""

    lead_id: str
    contact_name: str | None
    email: str | None
    phones: list[str]

    @classmethod
    def of(cls, lead: Lead) -> Self:
        """The contact data of this lead."""
        return cls(lead_id=lead.id, contact_name=lead.contact_name, email=lead.email, phones=lead.phones)


class Erase(Body):
    """On what ground a person's data is erased, and where the request is kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"basis": "GDPR art. 17, asked by e-mail", "reference": "ticket 4711"}]}
    )

    basis: str = Field(min_length=3, max_length=300)
    reference: str | None = Field(default=None, max_length=200)


class Erased(Erasure, Model):
    """What was erased, and what had to stay."""

    ledger_entries_kept: int = Field(description="Do-not-call entries of its numbers; they must stay to be honoured.")
