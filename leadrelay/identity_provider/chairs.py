"""Who is at a desk now, asked of the tiers for the page that shows everybody's chair."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import httpx

from leadrelay.demo.people import SUPERVISOR
from services.chassis.dev_issuer import DevIssuer

Present = Callable[[], Awaitable[frozenset[tuple[str, str]]]]
"""(tier, person) of everybody who has a page open."""
_SECONDS = 0.5


async def nobody() -> frozenset[tuple[str, str]]:
    """Where there is nobody to ask."""
    return frozenset()


def present_at(tiers: Mapping[str, str], issuer: DevIssuer) -> Present:
    """Asks these tiers, by their addresses. A tier that is away, or has no sample department, counts as empty."""

    async def ask(http: httpx.AsyncClient, tier: str, address: str) -> set[tuple[str, str]]:
        token = issuer.mint(tier=tier, role="supervisor", person=SUPERVISOR)
        try:
            answer = await http.get(f"{address}/v1/presence", headers={"Authorization": f"Bearer {token}"})
            return {(tier, str(one["person"])) for one in answer.raise_for_status().json()["items"]}
        except (httpx.HTTPError, ValueError, KeyError):
            return set()

    async def present() -> frozenset[tuple[str, str]]:
        async with httpx.AsyncClient(timeout=_SECONDS, verify=False) as http:  # noqa: S501 - loopback, without TLS
            found = await asyncio.gather(*(ask(http, tier, address) for tier, address in tiers.items()))
        return frozenset[tuple[str, str]]().union(*found)

    return present
