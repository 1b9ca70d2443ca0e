"""The account managers of tier 3: remind customers of the next purchase, note the answer, keep the desk clear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from leadrelay.demo import decisions
from leadrelay.demo.chairs import ASIDE_SECONDS
from leadrelay.demo.day import Day, Json
from leadrelay.demo.deals import lines_of
from leadrelay.demo.dice import Dice
from leadrelay.demo.people import SUPERVISOR, Colleague
from workflows.contracts.account_mgmt import NudgeOutcome

LOOK_EVERY: Final = 1.2
TALK_SECONDS: Final = (0.2, 0.5)
KEPT_NUDGES: Final = 6
KEPT_WORK: Final = 2
"""So much of the list is left for whoever sits down there: a desk that is empty shows nothing."""
LATER_SECONDS: Final = (10.0, 30.0)


class AccountManager:
    """One account manager, who works off today's list."""

    def __init__(self, day: Day, who: Colleague) -> None:
        self._day = day
        self._who = who
        self._desk = day.desk("account_mgmt", "account_manager", who.id)

    async def turn(self) -> float:
        """Call those at the end of the list, then clear calls and payment reminders; the first of each are left."""
        began = monotonic()
        if self._is_aside():
            return ASIDE_SECONDS
        for item in (await self._desk.first("/v1/nudges", state="open", mine="true"))[KEPT_NUDGES:]:
            await self._remind(item)
        for item in (await self._desk.first("/v1/work", state="open", mine="true"))[KEPT_WORK:]:
            if not self._is_aside():
                await self._desk.post(f"/v1/work/{item['item_id']}/done", {}, key=f"{item['item_id']}:done")
        return max(0.2, LOOK_EVERY - (monotonic() - began))

    def _is_aside(self) -> bool:
        """Has somebody real taken this place? Asked before every act, because a turn takes a while."""
        return self._day.is_taken("account_mgmt", self._who.id)

    async def _remind(self, item: Json) -> None:
        dice = self._day.dice("nudge", item["customer_id"], item["number"])
        outcome = decisions.nudge(dice)
        await self._day.pause(dice.between(*TALK_SECONDS) * self._who.pace)
        if self._is_aside():
            return
        body = nudge_body(outcome, dice)
        reply = await self._desk.post(f"/v1/nudges/{item['item_id']}/outcome", body, key=f"{item['item_id']}:outcome")
        if reply.ok:
            self._day.done[f"nudge {outcome}"] += 1
        if reply.ok and outcome is NudgeOutcome.NEED_CHANGED:
            need = {"text": "They now ship by container instead of by truck", "product_id": "CNT-40"}
            await self._desk.post(f"/v1/customers/{item['customer_id']}/needs", need, key=f"{item['item_id']}:need")


class Supervisor:
    """The supervisor of tier 3: does what lies with nobody."""

    def __init__(self, day: Day) -> None:
        self._desk = day.desk("account_mgmt", "supervisor", SUPERVISOR)

    async def turn(self) -> float:
        """Clear the work that has no account manager; what becomes of a debt is left to whoever sits down there."""
        for item in await self._desk.first("/v1/work", state="open"):
            if item["account_manager"] is None and item["kind"] != "debt":
                await self._desk.post(f"/v1/work/{item['item_id']}/done", {}, key=f"{item['item_id']}:done")
        for item in await self._desk.first("/v1/nudges", state="open"):
            if item["account_manager"] is None:
                body = nudge_body(NudgeOutcome.NOT_NOW, Dice(item["item_id"]))
                await self._desk.post(f"/v1/nudges/{item['item_id']}/outcome", body, key=f"{item['item_id']}:outcome")
        return LOOK_EVERY * 2


def nudge_body(outcome: NudgeOutcome, dice: Dice) -> Json:
    """Write down what the customer said."""
    body: Json = {"outcome": outcome.value}
    if outcome is NudgeOutcome.ORDERED:
        body["lines"] = lines_of(decisions.basket(dice))
    if outcome is NudgeOutcome.LATER:
        again = datetime.now(UTC) + timedelta(seconds=dice.between(*LATER_SECONDS))
        body["next_at"] = again.isoformat()
    if outcome in (NudgeOutcome.COMPLAINT, NudgeOutcome.LEFT, NudgeOutcome.NEED_CHANGED):
        body["note"] = "said so on the telephone"
    return body
