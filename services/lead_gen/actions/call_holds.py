"""Holding a call's outcome for a moment, so that its caller may take it back."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.db import Connection
from services.chassis.outbox import Hold
from services.lead_gen.domain.call_undo import BeforeCall, RegisterPlace
from services.lead_gen.domain.calls import CallReport
from services.lead_gen.repository import call_undo


class OutcomeHold:
    """What an outcome finds, noted before it changes anything; `hold` then goes with its answer."""

    def __init__(self, time: timedelta, found: RegisterPlace, good_phones: list[int], promises: dict[str, str]) -> None:
        self._time = time
        self._found = found
        self._good_phones = good_phones
        self._promises = promises

    @classmethod
    async def begin(cls, conn: Connection, lead_id: str, time: timedelta) -> OutcomeHold | None:
        """Note what is there; none if this outcome is not held. The lead is locked."""
        if not time:
            return None
        return cls(
            time,
            await call_undo.place(conn, lead_id),
            await call_undo.good_phones(conn, lead_id),
            await call_undo.open_promises(conn, lead_id),
        )

    async def end(self, conn: Connection, lead_id: str, report: CallReport) -> Hold:
        """The hold, with what was found and what this outcome has left."""
        before = BeforeCall(
            found=self._found,
            left=await call_undo.place(conn, lead_id),
            good_phones=self._good_phones,
            promises=self._promises,
            report=report,
        )
        return Hold(self._time, before.model_dump(mode="json"))
