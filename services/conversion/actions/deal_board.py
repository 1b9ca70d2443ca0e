"""Reading the deal board: each part by itself, because each part is fetched again when something of it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.conversion.actions.deals import SUPERVISOR, now
from services.conversion.domain.board import LANE_CARDS, LANES, Board, Offered, lanes_of, stale_of, stale_since
from services.conversion.domain.policy import Policy
from services.conversion.domain.today import Today, in_order
from services.conversion.repository import board, today
from services.conversion.repository.policies import policies
from workflows.contracts.conversion import Stage

_MOST_OFFERS = 12
_MOST_TODAY = 25
_MOST_CARDS = 200
_FADES = timedelta(seconds=8)
"""For so long a lead is still shown that somebody else has answered."""


def oversees(who: Principal) -> bool:
    """Whether somebody sees everybody's deals instead of their own: a supervisor, or operations reading."""
    return who.role == SUPERVISOR or who.is_ops


async def read_offered(conn: Connection, who: Principal) -> Offered:
    """Leads that wait for this person's answer, and those that somebody else has just answered."""
    manager = None if oversees(who) else who.person
    found = await board.offered(conn, manager, _MOST_OFFERS)
    return Offered(open=found, gone=await board.answered(conn, manager, who.person, now() - _FADES))


async def rules_in_force(conn: Connection) -> Policy:
    """The rules that a page goes by: it reads them once, for all its parts."""
    return await policies.rules(conn)


async def read_today(conn: Connection, who: Principal, policy: Policy) -> Today:
    """What today asks of this person; of a supervisor, also what nobody has yet and what is late for everybody."""
    at = now()
    begins, ends = day_of(at, policy.zone)
    if oversees(who):
        rows = [
            *await today.items_of(conn, None, _MOST_TODAY),
            *await today.overdue(conn, at, _MOST_TODAY),
            *await today.set_aside(conn, _MOST_TODAY),
        ]
        return in_order(rows, at, _MOST_TODAY)
    rows = [
        *await today.steps_of(conn, who.person, ends, 2 * _MOST_TODAY),
        *await today.items_of(conn, who.person, _MOST_TODAY),
        *await today.meetings_of(conn, who.person, begins, ends, at),
    ]
    found = in_order(rows, at, _MOST_TODAY)
    return found if rows else Today([], 0, 0, next_at=await today.next_step_at(conn, who.person, ends))


async def read_board(
    conn: Connection, who: Principal, policy: Policy, owner: str | None = None, opened: Stage | None = None
) -> Board:
    """Deals by stage: of this person, or for a supervisor of `owner` or everybody. `opened` is a lane to show whole."""
    whose = owner if oversees(who) else who.person
    at = now()
    closed = [stage for stage in LANES if stage is not opened]
    cards = await board.lane_cards(conn, whose, closed, LANE_CARDS)
    if opened in LANES:
        cards += await board.lane_cards(conn, whose, [opened], _MOST_CARDS)
    sums = await board.lane_sums(conn, whose)
    stale = stale_of(cards, stale_since(policy, at))
    return Board(lanes=lanes_of(sums, cards), owner=whose, stale=stale)


async def colleagues(conn: Connection) -> Mapping[str, str]:
    """Names of the managers by id."""
    return await board.names(conn)


def day_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the day of a moment begins and ends in this time zone."""
    there = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return there, there + timedelta(days=1)
