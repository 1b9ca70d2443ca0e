"""Who may use which routes of tier 3."""

from __future__ import annotations

from fastapi import Depends

from services.account_mgmt.actions.ownership import check_registered
from services.chassis.http import Conn, Who, allow


async def _registered(conn: Conn, who: Who) -> None:
    await check_registered(conn, who)


READERS = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor"), Depends(_registered)]
LISTENERS = [allow("account_manager", "supervisor")]
"""Whoever hears a complaint, registered or not."""
SUPERVISOR = [allow("supervisor")]
SUPERVISION = [allow("supervisor", "ops")]
