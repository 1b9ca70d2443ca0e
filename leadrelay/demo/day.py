"""What everybody in the sample department shares: the addresses, the tokens, the clock, and a desk at a tier.

A desk speaks REST and nothing else. A service may be restarted at any moment, so a request that got no answer is
sent again with the same Idempotency-Key until it is answered or the day is over.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from leadrelay.demo.dice import Dice

Json = dict[str, Any]
Mint = Callable[[str, str, str], str]

_FIRST_WAIT = 0.2
_LONGEST_WAIT = 3.0
_PAGE = 200
_SIMULATED = {"Leadrelay-Simulated": "yes"}
_BEHIND = frozenset({404, 409, 410})
_OTHERS = frozenset({"not_owner", "not_leased"})
"""Codes of 403 that say: it was yours a moment ago."""
Params = str | int | list[str]


class DayOver(Exception):
    """The department goes home: raised out of whatever waits for an answer."""


class Refused(Exception):
    """A service refused what we sent, and it was not a colleague who was faster: a mistake of ours."""

    def __init__(self, method: str, path: str, status: int, problem: str) -> None:
        super().__init__(f"{method} {path}: {status} {problem}")


@dataclass(frozen=True)
class Reply:
    """An answer. `late` when somebody else was faster, has it by now, or the thing is gone."""

    status: int
    body: Json
    late: bool = False

    @property
    def ok(self) -> bool:
        """Whether the service did what was asked."""
        return self.status < 300


@dataclass
class Day:
    """One working day: who can be reached where, and when it ends.

    `taken` are the (tier, person) whose place a real person has taken, `left` is how many leads nobody has called yet.
    """

    addresses: Mapping[str, str]
    mint: Mint
    stop: asyncio.Event
    http: httpx.AsyncClient
    seed: int
    run: str
    done: Counter[str] = field(default_factory=Counter)
    taken: frozenset[tuple[str, str]] = frozenset()
    left: int | None = None

    def desk(self, tier: str, role: str, person: str) -> Desk:
        """Seat this person at a tier."""
        return Desk(self, tier, role, person)

    def is_taken(self, tier: str, person: str) -> bool:
        """Does a real person sit there now? Then the simulated one steps aside."""
        return (tier, person) in self.taken

    def dice(self, *parts: object) -> Dice:
        """Make the decisions of this day that belong to these business facts."""
        return Dice(self.seed, *parts)

    async def pause(self, seconds: float) -> None:
        """Wait, but not longer than the day. Raises DayOver at its end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)
        if self.stop.is_set():
            raise DayOver


class Desk:
    """One person's place at one tier, with their own token."""

    def __init__(self, day: Day, tier: str, role: str, person: str) -> None:
        self.day = day
        self.person = person
        self._who = (tier, role, person)
        self._base = day.addresses[tier].rstrip("/")
        self._token = ""

    async def get(self, path: str, **params: Params) -> Json | None:
        """Read one thing; none when it does not exist (any more) or is not ours."""
        reply = await self._send("GET", path, params=params)
        return reply.body if reply.ok else None

    async def items(self, path: str, **params: Params) -> AsyncIterator[Json]:
        """Walk through a whole list, page by page."""
        after: str | None = None
        while True:
            page = await self.get(path, limit=_PAGE, **params, **({"after": after} if after else {}))
            for item in (page or {}).get("items", []):
                yield item
            after = (page or {}).get("next")
            if not after:
                return

    async def first(self, path: str, limit: int = 50, **params: Params) -> list[Json]:
        """Read the first page of a list, the way a desk shows it."""
        page = await self.get(path, limit=limit, **params)
        return list((page or {}).get("items", []))

    async def post(self, path: str, body: Json, *, key: str) -> Reply:
        """Do something once, however often it has to be sent. Raises Refused when the request itself is wrong."""
        return await self._send("POST", path, json=body, headers={"Idempotency-Key": key})

    async def put(self, path: str, body: Json) -> Reply:
        """Set something to a state; sending it twice changes nothing."""
        return await self._send("PUT", path, json=body)

    async def upload(self, path: str, filename: str, content: bytes, fields: dict[str, str], *, key: str) -> Reply:
        """Send a file with form fields, once."""
        files = {"file": (filename, content, "text/csv")}
        return await self._send("POST", path, data=fields, files=files, headers={"Idempotency-Key": key}, timeout=60.0)

    async def _send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> Reply:
        wait = _FIRST_WAIT
        refreshed = False
        while True:
            if self.day.stop.is_set():
                raise DayOver
            response = await self._try(method, path, headers or {}, request)
            if response is not None and response.status_code == 401 and not refreshed:
                self._token, refreshed = "", True
                continue
            if response is not None and not _try_again(response):
                return self._reply(method, path, response)
            await self.day.pause(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _try(
        self, method: str, path: str, headers: dict[str, str], request: dict[str, Any]
    ) -> httpx.Response | None:
        self._token = self._token or self.day.mint(*self._who)
        try:
            return await self.day.http.request(
                method,
                self._base + path,
                headers={"Authorization": f"Bearer {self._token}", **_SIMULATED} | headers,
                **request,
            )
        except httpx.TransportError:
            return None

    def _reply(self, method: str, path: str, response: httpx.Response) -> Reply:
        body = _body(response)
        late = response.status_code in _BEHIND or (response.status_code == 403 and body.get("code") in _OTHERS)
        if response.status_code >= 400 and not late:
            raise Refused(method, path, response.status_code, response.text[:400])
        self.day.done[f"{method} {response.status_code}"] += 1
        return Reply(response.status_code, body, late)


def _body(response: httpx.Response) -> Json:
    """Read the answer; empty when it is none of ours, such as a half-started server's page."""
    try:
        body = response.json() if response.content else {}
    except ValueError:
        body = {}
    return body if isinstance(body, dict) else {}


def _try_again(response: httpx.Response) -> bool:
    """Tell whether the same request may be answered if it is sent again."""
    if response.status_code == 409:
        return bool(_body(response).get("code") == "in_progress")
    return response.status_code >= 500 or response.status_code == 429


async def keep_working(day: Day, name: str, turn: Callable[[], Awaitable[float]]) -> None:
    """Let one person work, turn by turn, until the day is over. A turn returns the seconds until the next one.

    A refused request spoils that turn only: one person's mistake must not send the department home.
    """
    log = logging.getLogger("leadrelay.demo")
    while not day.stop.is_set():
        try:
            await day.pause(await turn())
        except DayOver:
            return
        except Refused as mistake:
            day.done["refused"] += 1
            log.warning("%s: %s", name, mistake)
            with suppress(DayOver):
                await day.pause(2.0)
