"""Workflows that ended badly, as something late."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from services.chassis.commands import retry
from services.chassis.lateness import Late
from services.chassis.records import Record
from services.chassis.workflow_words import workflow_words
from workflows.contracts import queues

_OF_A_LEAD = re.compile(r"(?:cold-call|conversion|customer):([0-9a-f-]{36})")
_TIERS: Mapping[str, str] = {name: tier.value for tier, name in queues.BY_TIER.items()}


class Failed(Record):
    """A workflow whose last run failed, timed out or was terminated; `why` is what its last event says."""

    workflow_id: str
    kind: str
    queue: str
    status: str
    at: datetime
    why: str


def as_late(one: Failed) -> Late:
    """A workflow that ended badly goes on when it is started again from its record."""
    lead, command = _OF_A_LEAD.fullmatch(one.workflow_id), retry(f"workflow:{one.workflow_id}")
    return Late(
        ref=f"workflow:{one.workflow_id}",
        kind="failed",
        tier=_TIERS.get(one.queue, one.queue),
        lead_id=lead[1] if lead else None,
        words=f"the {workflow_words(one.kind)} should go on",
        since=one.at,
        code=f"{one.kind}, {one.workflow_id}",
        cause=f"its workflow has ended ({one.status})" + (f": {one.why}" if one.why else ""),
        act="start it again from its record",
        command=command,
        does="retry" if lead else None,
    )
