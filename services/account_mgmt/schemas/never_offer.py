"""Products that are never offered to a customer again."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from services.account_mgmt.domain.never_offer import Refusal
from services.chassis.http import Body


class NewRefusal(Body):
    """Why a product is never to be offered to this customer again."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "bad experience with another supplier"}})

    reason: Annotated[str, StringConstraints(max_length=300)] | None = None


class RefusalView(Refusal):
    """A product that is never offered to this customer again."""
