"""The tiers' parts of a story from their databases, by the very actions that their APIs use."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import LiteralString

import asyncpg

from services.account_mgmt.actions import late as account_mgmt_late
from services.account_mgmt.actions import lead_story as account_mgmt
from services.account_mgmt.repository import ended as account_mgmt_ended
from services.account_mgmt.repository import figures as account_mgmt_figures
from services.chassis import db
from services.chassis.db import Connection
from services.chassis.ended import read_ended
from services.chassis.errors import NotFound
from services.chassis.lateness import Late
from services.chassis.standing import Standing, read_standing
from services.chassis.stories import Part, Place
from services.conversion.actions import late as conversion_late
from services.conversion.actions import story as conversion
from services.conversion.repository import ended as conversion_ended
from services.conversion.repository import figures as conversion_figures
from services.lead_gen.actions import late as lead_gen_late
from services.lead_gen.actions import story as lead_gen
from services.lead_gen.repository import ended as lead_gen_ended
from services.lead_gen.repository import figures as lead_gen_figures
from services.ops.tiers import Found, TierAway
from workflows.contracts.base import Tier

_SECONDS = 10
_READ: Mapping[Tier, Callable[..., Awaitable[Part]]] = {
    Tier.LEAD_GEN: lead_gen.read_part,
    Tier.CONVERSION: conversion.read_part,
    Tier.ACCOUNT_MGMT: account_mgmt.read_part,
}
_LATE: Mapping[Tier, Callable[..., Awaitable[list[Late]]]] = {
    Tier.LEAD_GEN: lead_gen_late.read_late,
    Tier.CONVERSION: conversion_late.read_late,
    Tier.ACCOUNT_MGMT: account_mgmt_late.read_late,
}
_FIGURES = {
    Tier.LEAD_GEN: lead_gen_figures.FIGURES,
    Tier.CONVERSION: conversion_figures.FIGURES,
    Tier.ACCOUNT_MGMT: account_mgmt_figures.FIGURES,
}

_STAGES = {
    Tier.LEAD_GEN: lead_gen_figures.STAGES,
    Tier.CONVERSION: conversion_figures.STAGES,
    Tier.ACCOUNT_MGMT: account_mgmt_figures.STAGES,
}
_OVER: Mapping[Tier, LiteralString] = {
    Tier.LEAD_GEN: lead_gen_ended.OVER,
    Tier.CONVERSION: conversion_ended.OVER,
    Tier.ACCOUNT_MGMT: account_mgmt_ended.OVER,
}


class TierDatabases:
    """The tiers' databases, by tier. In the audit stands who has called the command."""

    def __init__(self, dsns: Mapping[str, str]) -> None:
        self._dsns = dsns

    async def find(
        self, wanted: str, region: str, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Found]:
        """See services.ops.tiers.Tiers."""
        async with self.connection(Tier.LEAD_GEN) as conn, conn.transaction():
            found = await lead_gen.find_leads(conn, wanted, region, operator(), limit=limit, after=after)
        return [Found.model_validate(dict(one)) for one in found]

    async def part(self, tier: Tier, lead_id: str, limit: int, before: Place | None = None) -> Part | None:
        """See services.ops.tiers.Tiers."""
        async with self.connection(tier) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            try:
                return await _READ[tier](conn, lead_id, limit=limit, before=before)
            except NotFound:
                return None

    async def late(self, tier: Tier, limit: int, after: Place | None = None, lead_id: str | None = None) -> list[Late]:
        """See services.ops.tiers.Tiers."""
        async with self.connection(tier) as conn, conn.transaction(readonly=True):
            return await _LATE[tier](conn, limit=limit, after=after, lead_id=lead_id)

    async def standing(self, tier: Tier) -> Standing:
        """See services.ops.tiers.Tiers."""
        async with self.connection(tier) as conn, conn.transaction(readonly=True):
            return await read_standing(conn, _FIGURES[tier], _STAGES[tier])

    async def ended(self, tier: Tier, workflow_ids: Sequence[str]) -> set[str]:
        """See services.ops.tiers.Tiers."""
        async with self.connection(tier) as conn, conn.transaction(readonly=True):
            return await read_ended(conn, _OVER[tier], workflow_ids)

    @asynccontextmanager
    async def connection(self, tier: Tier) -> AsyncIterator[Connection]:
        """A connection to a tier's database. Raises TierAway."""
        settings = {"application_name": "leadrelay story", "statement_timeout": f"{_SECONDS}s", "timezone": "UTC"}
        try:
            conn = await asyncpg.connect(self._dsns[tier], timeout=_SECONDS, server_settings=settings)
            await db.init_connection(conn)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise TierAway(tier, f"its database does not answer ({error or type(error).__name__})") from None
        try:
            yield conn
        finally:
            await conn.close(timeout=5)


def operator() -> str:
    """Who has called the command, for the audit: what this machine calls them."""
    try:
        return f"ops:{getpass.getuser()}"
    except (KeyError, OSError):  # in a container whose user has no name
        return "ops:command line"
