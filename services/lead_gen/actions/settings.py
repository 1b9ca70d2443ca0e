"""What of tier 1 is decided by supervisors, and who decided it last."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.staff import names_of, writer
from services.lead_gen.domain.settings import LastChange
from services.lead_gen.repository import settings


async def read_settings(conn: Connection) -> dict[str, LastChange]:
    """The last change of each editor, by its name; one that nobody has used yet is left out."""
    found = await settings.last_changes(conn)
    names = await names_of(conn, [one.by for one in found.values()])
    return {name: one.model_copy(update={"by": writer(names, one.by)}) for name, one in found.items()}
