"""The switchboard of the embedded stack: takes a call that a caller asks for, rings, answers or not, and reports back.

Nobody's telephone rings. What becomes of a call follows from its number alone, so it can be tried again. For
development and demonstration only: it listens on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict, ValidationError

from leadrelay.demo.dice import Dice
from leadrelay.stack.ports import HOST
from services.chassis.settings import DEV_TELEPHONY_SECRET
from services.lead_gen.domain.telephony import HEADER, BadSignatureError, sign, verify

Fate = Literal["answered", "busy", "missed"]
SHARES: Final[dict[Fate, float]] = {"answered": 0.72, "missed": 0.18, "busy": 0.10}
"""What becomes of a call. Kinder than life, where two of three are not answered: whoever tries it wants to talk."""
CONNECT_SECONDS: Final = 0.6
ANSWER_SECONDS: Final = (1.5, 4.0)
NOBODY_SECONDS: Final = 12.0
TALK_SECONDS: Final = (60.0, 150.0)
_TRIES = 5

Report = Callable[[str, str, str], Awaitable[None]]
"""Tell of an event: the call's id, its number, what happened."""
Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Plan:
    """What becomes of a call, and for how many seconds it rings and is talked on."""

    fate: Fate
    rings: float
    talks: float


def plan(number: str) -> Plan:
    """Decide what becomes of calls to this number."""
    dice = Dice("switchboard", number)
    fate = dice.weigh(SHARES)
    rings = {"answered": dice.between(*ANSWER_SECONDS), "missed": NOBODY_SECONDS, "busy": 0.0}[fate]
    return Plan(fate, rings, dice.between(*TALK_SECONDS))


class Asked(BaseModel):
    """What Leadrelay asks a switchboard for."""

    model_config = ConfigDict(extra="ignore")

    action: Literal["originate", "hang_up"]
    call_id: str
    to: str = ""


class Exchange:
    """The calls that are going on now. In memory: whoever pulls the plug ends them, as in life."""

    def __init__(self, report: Report, *, wait: Wait = asyncio.sleep) -> None:
        self._report = report
        self._wait = wait
        self._calls: dict[str, asyncio.Task[None]] = {}

    @property
    def calls(self) -> list[asyncio.Task[None]]:
        """The calls that go on; each ends when it has been told how."""
        return list(self._calls.values())

    def originate(self, call_id: str, number: str) -> None:
        """Begin a call; one that is known already goes on."""
        if call_id not in self._calls:
            task = asyncio.create_task(self._live(call_id, number), name=call_id)
            self._calls[call_id] = task
            task.add_done_callback(lambda _: self._calls.pop(call_id, None))

    def hang_up(self, call_id: str) -> None:
        """End a call on our side. One that is not known is over."""
        if task := self._calls.get(call_id):
            task.cancel()

    def close(self) -> None:
        """End everything."""
        for call_id in list(self._calls):
            self.hang_up(call_id)

    async def _live(self, call_id: str, number: str) -> None:
        end, course = "missed", plan(number)
        try:
            await self._wait(CONNECT_SECONDS)
            if course.fate != "busy":
                await self._report(call_id, number, "ringing")
                await self._wait(course.rings)
            if course.fate == "answered":
                end = "completed"
                await self._report(call_id, number, "answered")
                await self._wait(course.talks)
            else:
                end = course.fate
        finally:
            # However it ended, also by a hand on our side.
            await self._report(call_id, number, end)


class Reporter:
    """Sends events to lead_gen, signed, again while it does not answer."""

    def __init__(self, http: httpx.AsyncClient, secret: str, *, wait: Wait = asyncio.sleep) -> None:
        self._http = http
        self._key = secret.encode()
        self._wait = wait

    async def __call__(self, call_id: str, number: str, event: str) -> None:
        """Tell of one event. Given up after a few seconds: the desk has noticed by then."""
        at = datetime.now(UTC).isoformat()
        body = {"direction": "outbound", "to": number, "call_id": call_id, "event": event, "at": at}
        content = json.dumps(body).encode()
        for attempt in range(_TRIES):
            headers = {HEADER: sign(self._key, content, int(time.time())), "Content-Type": "application/json"}
            with suppress(httpx.TransportError):
                answer = await self._http.post("/v1/telephony/events", content=content, headers=headers)
                if answer.status_code < 500:
                    return
            await self._wait(0.2 * 2**attempt)


def build_app(lead_gen: str, secret: str = DEV_TELEPHONY_SECRET) -> FastAPI:
    """The switchboard of the lead_gen at this address."""

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=lead_gen, timeout=5) as http:
            app.state.exchange = Exchange(Reporter(http, secret))
            yield
            app.state.exchange.close()

    app = FastAPI(title="Leadrelay switchboard", docs_url=None, redoc_url=None, openapi_url=None, lifespan=run)

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.post("/calls", status_code=202)
    async def calls(request: Request) -> dict[str, str]:
        content = await request.body()
        try:
            verify(secret.encode(), request.headers.get(HEADER, ""), content, time.time())
            asked = Asked.model_validate_json(content)
        except BadSignatureError as error:
            raise HTTPException(401, str(error)) from None
        except ValidationError:
            raise HTTPException(422, "this is no request for a call") from None
        exchange: Exchange = request.app.state.exchange
        if asked.action == "originate":
            exchange.originate(asked.call_id, asked.to)
        else:
            exchange.hang_up(asked.call_id)
        return {"call_id": asked.call_id}

    return app


def main() -> None:
    """`python -m leadrelay.switchboard --lead-gen ADDRESS --port N`: serve on loopback until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lead-gen", required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    uvicorn.run(build_app(asked.lead_gen), host=HOST, port=asked.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
