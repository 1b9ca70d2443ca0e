"""What is late in tier 3."""

from __future__ import annotations

from services.account_mgmt.domain.late import explained
from services.account_mgmt.repository import late
from services.chassis.db import Connection
from services.chassis.lateness import Late
from services.chassis.stories import Place


async def read_late(
    conn: Connection, *, limit: int, after: Place | None = None, lead_id: str | None = None
) -> list[Late]:
    """What should have happened and has not, of one lead or of all, the longest first, with its cause and safe act."""
    return [explained(row) for row in await late.page(conn, limit, after, lead_id)]
