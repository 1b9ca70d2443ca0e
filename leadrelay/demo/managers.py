"""Tier 2: managers take hand-overs, answer hard questions, qualify, meet, offer, close; their supervisor helps out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from leadrelay.demo import decisions
from leadrelay.demo.chairs import ASIDE_SECONDS
from leadrelay.demo.day import Day, Json
from leadrelay.demo.deals import WORKED, Move, lines_of, next_move, round_of
from leadrelay.demo.people import MANAGERS, SUPERVISOR, Colleague

LOOK_EVERY: Final = 1.2
THINK_SECONDS: Final = (0.1, 0.35)
MEETING_IN: Final = timedelta(seconds=2)
MEETING_LASTS: Final = timedelta(seconds=2)
ANSWER: Final = "Так. Деталі й терміни надішлю листом; у типовому договорі це пункт 4."


class Manager:
    """One manager at the deal board. What to do next is read from each deal, nothing is remembered but waits."""

    def __init__(self, day: Day, who: Colleague) -> None:
        self._day = day
        self._who = who
        self._desk = day.desk("conversion", "manager", who.id)
        self._not_before: dict[str, float] = {}
        self._calendar_ends = datetime.min.replace(tzinfo=UTC)

    async def turn(self) -> float:
        """Look at the board once: new hand-overs first, then every deal that can move, then reminders."""
        began = monotonic()
        if self._is_aside():
            return ASIDE_SECONDS
        for item in await self._desk.first("/v1/hand-overs", state="open", mine="true"):
            await self._answer_hand_over(item)
        for deal in await self._desk.first("/v1/deals", limit=100, mine="true", stage=list(WORKED)):
            if self._not_before.get(deal["id"], 0.0) <= monotonic():
                await self._move(deal["id"])
        for item in await self._desk.first("/v1/reminders"):
            if not self._is_aside():
                await self._desk.post(f"/v1/reminders/{item['item_id']}/done", {}, key=f"{item['item_id']}:done")
        return max(0.2, LOOK_EVERY - (monotonic() - began))

    def _is_aside(self) -> bool:
        """Has somebody real taken this place? Asked before every act, because a turn takes a while."""
        return self._day.is_taken("conversion", self._who.id)

    async def _answer_hand_over(self, item: Json) -> None:
        dice = self._day.dice(self._who.id, item["item_id"])
        reason = decisions.decline(dice)
        await self._think(dice.between(*THINK_SECONDS))
        if self._is_aside():
            return
        path = f"/v1/hand-overs/{item['item_id']}"
        if reason is None:
            reply = await self._desk.post(f"{path}/accept", {}, key=f"{item['item_id']}:accept")
        else:
            reply = await self._desk.post(f"{path}/decline", {"reason": reason}, key=f"{item['item_id']}:decline")
        if reply.ok:
            self._day.done["hand-over accepted" if reason is None else "hand-over declined"] += 1

    async def _move(self, deal_id: str) -> None:
        deal = await self._desk.get(f"/v1/deals/{deal_id}")
        if deal is None:
            return
        plan = decisions.deal(self._day.dice("deal", deal_id, round_of(deal)))
        move, about = next_move(plan, deal, datetime.now(UTC))
        if move is Move.WAIT:
            self._not_before[deal_id] = monotonic() + 1.0
            return
        await self._think(self._day.dice(deal_id, move).between(*THINK_SECONDS))
        if self._is_aside():
            return
        if await self._do(move, about, deal_id, plan):
            self._day.done[f"deal {move}"] += 1
        else:
            self._not_before[deal_id] = monotonic() + 2.0

    async def _do(self, move: Move, about: Json, deal_id: str, plan: decisions.DealPlan) -> bool:
        path, key = f"/v1/deals/{deal_id}", f"{about['id']}:{move}"
        match move:
            case Move.ANSWER:
                path, body = f"{path}/answer", {"text": ANSWER, "publish": plan.publishes}
            case Move.QUALIFY:
                path, body = f"{path}/qualify", qualification(plan)
            case Move.BOOK:
                return await self._book(about)
            case Move.HELD:
                path, body = f"/v1/meetings/{about['id']}/held", {"note": "Route and volumes agreed."}
            case Move.NO_SHOW | Move.ACCEPT:
                kind = "meetings" if move is Move.NO_SHOW else "offers"
                path, body = f"/v1/{kind}/{about['id']}/{move}", {}
            case Move.OFFER:
                number = len(about["offers"])
                path, key, body = f"{path}/offers", f"{key}:{number}", offer(plan, number, about["contact"]["language"])
            case Move.WIN:
                path, body = f"{path}/win", {"lines": None, "note": "First order by telephone."}
            case _:
                path, key, body = f"{path}/lose", f"{key}:{round_of(about)}", loss(plan)
        return (await self._desk.post(path, body, key=key)).ok

    async def _book(self, deal: Json) -> bool:
        # The calendar refuses two meetings at once, so this one begins when the last one ends.
        starts = max(datetime.now(UTC) + MEETING_IN, self._calendar_ends)
        self._calendar_ends = starts + MEETING_LASTS
        body = {
            "starts_at": starts.isoformat(),
            "ends_at": self._calendar_ends.isoformat(),
            "kind": "online",
            "place": "video",
        }
        key = f"{deal['id']}:meeting:{starts.isoformat()}"
        return (await self._desk.post(f"/v1/deals/{deal['id']}/meetings", body, key=key)).ok

    async def _think(self, seconds: float) -> None:
        await self._day.pause(seconds * self._who.pace)


class Supervisor:
    """The supervisor of tier 2: approves discounts, gives leads that nobody took to somebody, reads reminders."""

    def __init__(self, day: Day) -> None:
        self._desk = day.desk("conversion", "supervisor", SUPERVISOR)
        self._given = 0

    async def turn(self) -> float:
        """Clear the desk once."""
        for item in await self._desk.first("/v1/reminders"):
            if item["kind"] == "approval":
                await self._desk.post(f"/v1/offers/{item['offer_id']}/approve", {}, key=f"{item['offer_id']}:approve")
            else:
                await self._desk.post(f"/v1/reminders/{item['item_id']}/done", {}, key=f"{item['item_id']}:done")
        for item in await self._desk.first("/v1/hand-overs", state="open", mine="true"):
            self._given += 1
            body = {"manager": MANAGERS[self._given % len(MANAGERS)].id}
            await self._desk.post(f"/v1/hand-overs/{item['item_id']}/accept", body, key=f"{item['item_id']}:accept")
        return LOOK_EVERY


def qualification(plan: decisions.DealPlan) -> Json:
    """Write down what the first conversation brought to light."""
    service, quantity = plan.lines[0]
    return {
        "need": service.name,
        "volume": f"{quantity} x {service.unit} a month",
        "authority": "head of logistics" if plan.opportunity else "asks the owner",
        "timing": "this month" if plan.opportunity else "next year",
        "current_supplier": None,
    }


def offer(plan: decisions.DealPlan, number: int, language: str) -> Json:
    """Write the `number`-th offer; after a refused discount, one without."""
    valid = datetime.now(UTC) + timedelta(days=7)
    return {
        "lines": lines_of(plan.lines, language),
        "valid_until": valid.isoformat(),
        "discount_percent": plan.discount if number == 0 else 0,
    }


def loss(plan: decisions.DealPlan) -> Json:
    """Write down why the deal is lost, and when to come back if they said so."""
    back = None if plan.sleeps_for is None else datetime.now(UTC) + timedelta(seconds=plan.sleeps_for)
    return {"reason": plan.loss, "return_at": back.isoformat() if back else None}
