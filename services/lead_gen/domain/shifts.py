"""Shifts: planned hours of callers, signed on and off, with breaks."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class Shift(Record):
    """One shift. `break_since` is set while its caller is on a break."""

    id: str
    caller_id: str
    starts_at: datetime
    ends_at: datetime
    by_rota: bool
    quota: int | None
    signed_on_at: datetime | None
    break_since: datetime | None
    signed_off_at: datetime | None
    created_at: datetime

    @property
    def is_on(self) -> bool:
        """Is its caller signed on?"""
        return self.signed_on_at is not None and self.signed_off_at is None
