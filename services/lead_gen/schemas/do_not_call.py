"""The do-not-call ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model


class NewDoNotCall(Body):
    """A withdrawal of consent. `company` covers every number of the company."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"scope": "company", "basis": "asked by e-mail", "proof": "ticket 4711"}]}
    )

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


class LedgerLine(Model):
    """One word on a number, as it was said."""

    action: str
    scope: str
    basis: str | None
    proof: str | None
    by: str
    at: datetime
