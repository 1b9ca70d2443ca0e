"""The callers of tier 1: sign on, take the next lead, talk, post the outcome, take the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from leadrelay.demo import decisions
from leadrelay.demo.chairs import ASIDE_SECONDS, Chairs
from leadrelay.demo.day import Day, Json
from leadrelay.demo.people import SUPERVISOR, Colleague

TIER: Final = "lead_gen"
SHIFT: Final = timedelta(hours=4)
IDLE_SECONDS: Final = 0.7
TALK_SECONDS: Final = (0.25, 0.65)
DIAL_SECONDS: Final = (0.1, 0.3)
PLENTY: Final = 600
RESERVE: Final = 150
LONGEST_BREATHER: Final = 45.0


class Caller:
    """One caller at the call desk, for as many shifts as the day has."""

    def __init__(self, day: Day, who: Colleague) -> None:
        self._day = day
        self._who = who
        self._desk = day.desk(TIER, "caller", who.id)
        self._chairs = Chairs(day, TIER)
        self._shift_ends = datetime.min.replace(tzinfo=UTC)
        self._shift_id = ""
        self._asked = self._returns = 0
        self._aside = False

    async def turn(self) -> float:
        """Make one call, if there is one to make and nobody real has taken this place."""
        if self._shift_ends <= datetime.now(UTC):
            self._shift_ends, self._shift_id = await sign_on(self._day, self._who)
        if self._day.is_taken(TIER, self._who.id):
            self._aside = True
            return ASIDE_SECONDS
        if self._aside:
            await self._come_back()
        self._asked += 1
        key = f"{self._who.id}:next:{self._day.run}:{self._asked}"
        reply = await self._desk.post("/v1/calls/next", {"campaign_id": None}, key=key)
        if reply.late or not reply.body:
            return IDLE_SECONDS
        await self._call(reply.body)
        return 0.02 + breather(self._day.left)

    async def _come_back(self) -> None:
        """Whoever sat here may have gone in the middle of a break."""
        self._aside = False
        self._returns += 1
        key = f"{self._who.id}:back:{self._day.run}:{self._returns}"
        await self._desk.post(f"/v1/shifts/{self._shift_id}/resume", {}, key=key)

    async def _call(self, item: Json) -> None:
        dice = self._day.dice(self._who.id, item["item_id"], item["token"])
        ended = decisions.call(dice, int(item["attempt"]))
        seconds = TALK_SECONDS if ended.path else DIAL_SECONDS
        await self._day.pause(dice.between(*seconds) * self._who.pace)
        # Somebody may have sat down in this very moment, with the call in hand before their eyes.
        await self._chairs.turn()
        if self._day.is_taken(TIER, self._who.id):
            return
        key = f"{item['item_id']}:{item['token']}:outcome"
        reply = await self._desk.post(f"/v1/calls/{item['item_id']}/outcome", outcome_body(item, ended), key=key)
        if reply.ok:
            self._day.done[f"call {ended.outcome}"] += 1


def outcome_body(item: Json, ended: decisions.Call) -> Json:
    """Write down how the call ended, as the outcome form sends it. Leaves out what this outcome has not."""
    now = datetime.now(UTC)
    script = item.get("script") or {}
    body: Json = {
        "token": item["token"],
        "outcome": ended.outcome.value,
        "reason": ended.reason,
        "question": ended.question,
        "needs": ended.needs,
        "path": list(ended.path),
        "script_version": script.get("version"),
    }
    if ended.callback_in is not None:
        body |= {"callback_at": (now + timedelta(seconds=ended.callback_in)).isoformat(), "personal": ended.personal}
    if ended.meeting_in is not None:
        body["wished_meeting"] = (now + timedelta(seconds=ended.meeting_in)).isoformat()
    return {name: value for name, value in body.items() if value not in (None, [])}


def breather(left: int | None) -> float:
    """Seconds between two calls, by how many leads nobody has called yet: the last ones are kept for real people.

    The sample is called through in a quarter of an hour otherwise, and whoever came later would have nothing to do.
    """
    if left is None or left >= PLENTY:
        return 0.0
    return LONGEST_BREATHER * (1 - max(0, left - RESERVE) / (PLENTY - RESERVE))


async def sign_on(day: Day, who: Colleague) -> tuple[datetime, str]:
    """Open a shift for this caller and sign on. Returns when it ends, and its id."""
    supervisor = day.desk("lead_gen", "supervisor", SUPERVISOR)
    starts = datetime.now(UTC).replace(microsecond=0)
    body = {"caller_id": who.id, "starts_at": starts.isoformat(), "ends_at": (starts + SHIFT).isoformat()}
    shift = await supervisor.post("/v1/shifts", body, key=f"{who.id}:shift:{starts.isoformat()}")
    if shift.ok:
        desk = day.desk(TIER, "caller", who.id)
        await desk.post(f"/v1/shifts/{shift.body['id']}/sign-on", {}, key=f"{shift.body['id']}:sign-on")
    return starts + SHIFT, str(shift.body.get("id", ""))
