"""Acts of operators."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.chassis.lateness import ActName
from services.chassis.operator_acts import Storable
from services.ops.domain.acts import Acted
from services.ops.tiers import Order


class Plain(Body):
    """An act, with its reason. With `dry_run` (the default) it only says what would change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the company has closed", "dry_run": True}]})

    reason: Storable = Field(min_length=3, max_length=300, description="Why; the audit keeps it, and people read it.")
    dry_run: bool = True

    def order(self, act: ActName) -> Order:
        """The act as tiers are asked for it."""
        return Order(act=act, **self.model_dump())


class Reassign(Plain):
    """Who gets the lead: an id of somebody of the tier that has it. Left out, it goes back to the queue."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Taras is ill", "to": "oksana"}]})

    to: Storable | None = Field(default=None, min_length=1, max_length=100)


class Done(Acted, Model):
    """What the act changes, by tier. With `dry_run` nothing has changed."""
