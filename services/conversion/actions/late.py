"""What is late in tier 2."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.lateness import Late
from services.chassis.stories import Place
from services.conversion.domain.late import explained
from services.conversion.repository import late


async def read_late(
    conn: Connection, *, limit: int, after: Place | None = None, lead_id: str | None = None
) -> list[Late]:
    """What should have happened and has not, of one lead or of all, the longest first, with its cause and safe act."""
    staff = await late.staff(conn)
    return [explained(row, staff) for row in await late.page(conn, limit, after, lead_id)]
