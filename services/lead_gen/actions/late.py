"""What is late in tier 1."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.lateness import Late
from services.chassis.stories import Place
from services.lead_gen.domain.late import explained
from services.lead_gen.repository import late
from services.lead_gen.repository.policies import policies


async def read_late(
    conn: Connection, *, limit: int, after: Place | None = None, lead_id: str | None = None
) -> list[Late]:
    """What should have happened and has not, of one lead or of all, the longest first, with its cause and safe act."""
    policy = await policies.rules(conn)
    callers = await late.callers_at_work(conn)
    return [explained(row, callers) for row in await late.page(conn, policy.callback_grace, limit, after, lead_id)]
