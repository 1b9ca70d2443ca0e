"""Reading somebody's commission as their page shows it: the month, its entries by deal, and the months before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.person_names import names_of
from services.conversion.actions.commissions import read_statement
from services.conversion.actions.deal_board import oversees
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.domain.commission_ledger import (
    DealEntries,
    MonthPaid,
    MonthStatement,
    by_deal,
    month_after,
    months_before,
)
from services.conversion.domain.commissions import Role
from services.conversion.repository import commissions, trail

ENTRIES = 200
"""Entries of a page; a month of one manager rarely has more."""
_MONTHS = 6


@dataclass(frozen=True)
class CommissionPage:
    """A month of one person. `cut` says that there are more entries than are shown."""

    statement: MonthStatement
    person: str
    deals: list[DealEntries]
    cut: bool
    months: list[MonthPaid]
    before: str
    after: str | None


async def people_who_keep(conn: Connection, who: Principal) -> Mapping[str, str]:
    """Whose commission for further orders somebody of tier 3 may choose, by id, in order of names: a supervisor all."""
    if who.role != SUPERVISOR:
        return {}
    people = await commissions.people_of(conn, Role.KEPT)
    named = (await names_of(conn, people, trail.PEOPLE)).items()
    return {person: name for person, name in sorted(named, key=lambda one: one[1]) if person in people}


async def read_commission(conn: Connection, who: Principal, month: str | None, person: str) -> CommissionPage:
    """A month (this one, if none is given) of this person, or for a supervisor of anybody."""
    whose = person if oversees(who) and person else who.person
    statement = await read_statement(conn, month, whose)
    present = statement.month if month is None else (await read_statement(conn, None, whose)).month
    wanted = commissions.Filter(person=whose, month=statement.month)
    entries = await commissions.page(conn, wanted, ENTRIES + 1, None)
    companies = await commissions.companies(conn, [one.lead_id for one in entries if one.lead_id])
    numbers = await commissions.order_numbers(conn, [one.sale_id for one in entries if one.sale_id])
    return CommissionPage(
        statement=statement,
        person=whose,
        deals=by_deal(entries[:ENTRIES], companies, numbers),
        cut=len(entries) > ENTRIES,
        months=await commissions.paid_by_month(conn, whose, months_before(present, _MONTHS)[0], present),
        before=months_before(statement.month, 2)[0],
        after=month_after(statement.month) if statement.month < present else None,
    )
