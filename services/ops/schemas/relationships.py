"""Who serves which client in which tier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from services.chassis.http import Model
from services.ops.domain.relationships import Client, Employee, Load, loads
from services.ops.domain.relationships import Model as Department
from services.ops.tiers import Missing
from workflows.contracts.base import Tier


class Served(Model):
    """A client (one column of the picture). `served_by` has every tier; null where nobody of it ever served them."""

    lead_id: str
    company: str
    served_by: dict[Tier, Employee | None]


class Relationships(Model):
    """A page of clients in order of opening, and the load of everybody who serves them."""

    model: Department
    items: list[Served]
    loads: list[Load]
    missing: list[Missing]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last one.")

    @classmethod
    def of(cls, model: Department, clients: Sequence[Client], after: str | None, missing: list[Missing]) -> Self:
        """The answer."""
        items = [Served.model_validate(one.model_dump()) for one in clients]
        return cls(model=model, items=items, loads=loads(clients), missing=missing, next=after)
