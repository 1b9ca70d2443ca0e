"""Work besides the nudges."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.chassis.work_items import WorkItem


class WorkView(Model):
    """Urgent work: a call that came in, an overdue invoice, a complaint."""

    item_id: str
    kind: str
    customer_id: str
    account_manager: str | None
    priority: int
    opened_at: datetime
    state: str
    facts: dict[str, Any]
    closed_at: datetime | None = None
    result: str | None = Field(default=None, description="What came of it, or why it ended by itself, in words.")

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        """From the work item."""
        return cls(
            item_id=item.id,
            kind=item.kind,
            customer_id=item.lead_id,
            account_manager=item.assignee,
            priority=item.priority,
            opened_at=item.opened_at,
            state=item.state,
            facts=item.payload,
            closed_at=item.closed_at,
            result=item.result,
        )


class WorkDone(Body):
    """What came of the work. `left` for a complaint or a risk: the customer goes, and tier 2 may win them back."""

    model_config = ConfigDict(json_schema_extra={"example": {"result": "done", "note": "called, they stay"}})

    result: Literal["done", "left"] = "done"
    note: str | None = Field(default=None, max_length=2000)
