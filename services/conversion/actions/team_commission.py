"""Reading the commission of the team: a month by person, and the corrections that were written into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.chassis.db import Connection
from services.conversion.actions.commissions import read_statement
from services.conversion.domain.commission_ledger import (
    CommissionEntry,
    EntrySum,
    MonthBalance,
    MonthStatement,
    month_after,
    months_before,
)
from services.conversion.domain.sale_money import ZERO
from services.conversion.repository import board, commissions

_CORRECTIONS = 50


@dataclass(frozen=True)
class Others:
    """What the people of the other tiers come to in a month, in one currency."""

    currency: str
    people: int
    accrued: Decimal
    vested: Decimal


@dataclass(frozen=True)
class TeamMonth:
    """A month of everybody in the ledger. `team` are the managers, `others` the people of the other tiers."""

    statement: MonthStatement
    team: Sequence[MonthBalance]
    others: Sequence[Others]
    corrections: Sequence[CommissionEntry]
    before: str
    after: str | None
    may_close: bool


async def read_team_month(conn: Connection, month: str | None) -> TeamMonth:
    """A month of everybody, or this one."""
    # What waits is a sum of everything ever written: of the managers it is read, of everybody else only the month.
    ours = list(await board.names(conn))
    statement = await read_statement(conn, month, ours)
    present = statement.month if month is None else (await read_statement(conn, None, [])).month
    everybodys = await commissions.entry_sums(conn, statement.month, None)
    corrected = commissions.Filter(kind="adjusted", month=statement.month)
    return TeamMonth(
        statement=statement,
        team=[one for one in statement.balances if _is_of_interest(one)],
        others=_together([one for one in everybodys if one.person not in set(ours)]),
        corrections=await commissions.page(conn, corrected, _CORRECTIONS, None),
        before=months_before(statement.month, 2)[0],
        after=month_after(statement.month) if statement.month < present else None,
        may_close=statement.closed_at is None and statement.month < present,
    )


def _is_of_interest(one: MonthBalance) -> bool:
    """Whether anything moved, waits or is owed."""
    return any((one.opening, one.accrued, one.clawed_back, one.vested, one.adjusted, one.closing, one.carried_forward))


def _together(sums: Sequence[EntrySum]) -> list[Others]:
    """One sum for each currency."""
    found: dict[str, list[EntrySum]] = {}
    for one in sums:
        found.setdefault(one.currency, []).append(one)
    return [
        Others(
            currency=currency,
            people=len({one.person for one in rows}),
            accrued=sum((one.amount for one in rows if one.kind in ("accrued", "clawed_back")), ZERO),
            vested=sum((one.amount for one in rows if one.kind == "vested"), ZERO),
        )
        for currency, rows in found.items()
    ]
