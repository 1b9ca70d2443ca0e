"""An account manager's break: an absence that they begin and end alone, while colleagues do what is due."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.domain.account_managers import Absence
from services.account_mgmt.domain.duty import BREAK, BREAKS, breaks_from
from services.account_mgmt.repository import account_managers
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish


async def begin_break(conn: Connection, who: Principal, minutes: int) -> Absence:
    """A break from now on; whoever fits each customer covers. Raises Invalid (`minutes`), NotFound, Conflict."""
    if minutes not in BREAKS:
        raise Invalid(f"must be one of {', '.join(map(str, BREAKS))}", field="minutes")
    at = datetime.now(UTC)
    values = {"cover": None, "starts_at": at, "ends_at": breaks_from(at)[minutes], "reason": BREAK}
    begun = await account_managers.add_absence(conn, who.person, values, who.person)
    await publish(conn, "absence.changed", manager=who.person)
    return begun


async def end_break(conn: Connection, who: Principal) -> None:
    """Back from the break, earlier than planned; without one, nothing happens."""
    if await account_managers.end_own_absence(conn, who.person, BREAK, datetime.now(UTC)):
        await publish(conn, "absence.changed", manager=who.person)
