"""Reading the commission of the team: a month by person, and the corrections that were written into it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.person_names import names_of
from services.conversion.actions.commissions import read_statement
from services.conversion.domain.commission_ledger import (
    CommissionEntry,
    EntrySum,
    MonthBalance,
    MonthStatement,
    month_after,
    months_before,
)
from services.conversion.domain.commissions import Role
from services.conversion.domain.sale_money import ZERO
from services.conversion.repository import board, commissions, trail

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
    """A month of everybody in the ledger. `team` are the managers, `others` the people of the other tiers.

    `elsewhere` names those of the other tiers who stand in the month, by id.
    """

    statement: MonthStatement
    team: Sequence[MonthBalance]
    others: Sequence[Others]
    elsewhere: Mapping[str, str]
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
    theirs = [one for one in everybodys if one.person not in set(ours)]
    corrected = commissions.Filter(kind="adjusted", month=statement.month)
    return TeamMonth(
        statement=statement,
        team=[one for one in statement.balances if _is_of_interest(one)],
        others=_together(theirs),
        elsewhere=await _named(conn, {one.person for one in theirs}),
        corrections=await commissions.page(conn, corrected, _CORRECTIONS, None),
        before=months_before(statement.month, 2)[0],
        after=month_after(statement.month) if statement.month < present else None,
        may_close=statement.closed_at is None and statement.month < present,
    )


async def role_to_correct(conn: Connection, person: str) -> Role:
    """As what somebody's commission is corrected: a manager's for sales, anybody else's for what they earned last.

    Raises Invalid on `person` for somebody who is no manager and was never credited with anything.
    """
    role = Role.CLOSED if person in await board.names(conn) else await commissions.role_of(conn, person)
    if role is None:
        raise Invalid("choose somebody", field="person")
    return role


async def _named(conn: Connection, people: Collection[str]) -> Mapping[str, str]:
    """These people by id, in order of names; who has not been told of by name keeps the id."""
    names = await names_of(conn, people, trail.PEOPLE)
    return dict(sorted(((one, names.get(one, one)) for one in people), key=lambda one: one[1]))


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
