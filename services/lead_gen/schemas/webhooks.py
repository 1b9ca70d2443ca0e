"""What lead generation tells other programs: ids, states and times. A promise to them: fields are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.chassis.webhooks import EventData

_LEAD = "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10"


class LeadHandedOver(
    EventData,
    type="lead.handed_over",
    example={"lead_id": _LEAD, "reason": "interested", "campaign_id": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b11",
             "by": "olena"},
):  # fmt: skip
    """A lead goes to tier 2: they are interested, asked a hard question, or called us themselves.

    `by` is the caller, or whoever took the inbound call. `campaign_id` is null where no campaign called them.
    """

    lead_id: str
    reason: Literal["interested", "hard_question", "inbound"]
    campaign_id: str | None
    by: str


class LeadDoNotCall(EventData, type="lead.do_not_call", example={"lead_id": _LEAD, "by": "olena"}):
    """A lead may not be called any more, by anybody of the house: they said so, to whichever tier."""

    lead_id: str
    by: str


class ImportFinished(
    EventData,
    type="import.finished",
    example={"import_id": _LEAD, "state": "done", "dry_run": False, "rows": 1200},
):
    """An import is over: done, failed as a whole, or cancelled. Its verdicts are at `/v1/imports/{import_id}`.

    `rows` counts those that have a verdict.
    """

    import_id: str
    state: Literal["done", "failed", "cancelled"]
    dry_run: bool
    rows: int


class SupplyAlarmChanged(
    EventData,
    type="supply.alarm",
    example={"kind": "drought", "state": "begun", "in_stock": 3, "demand": 14.0, "until": "2026-03-03T07:00:00Z"},
):
    """The managers are about to run dry until the callers' next shift (drought), or get more than they can take (glut).

    `in_stock` counts interested leads, `demand` is what the managers can take `until` then.
    """

    kind: Literal["drought", "glut"]
    state: Literal["begun", "ended"]
    in_stock: int
    demand: float
    until: datetime


EVENTS: tuple[type[EventData], ...] = (LeadHandedOver, LeadDoNotCall, ImportFinished, SupplyAlarmChanged)
