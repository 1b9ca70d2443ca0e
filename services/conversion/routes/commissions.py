"""Commission: the ledger, statements, adjustments, splits, and the proof that the ledger follows from its events.

People of all three tiers read their own entries here with their own tokens; only this tier's supervisor writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Response

from services.chassis.auth import Principal
from services.chassis.errors import Forbidden
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.conversion.actions.commissions import (
    add_adjustment,
    close_month,
    read_statement,
    rebuild_ledger,
    split_commission,
)
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.actions.kinds import SPLITS
from services.conversion.actions.teams import deal_seen
from services.conversion.documents.payroll_csv import payroll_csv
from services.conversion.domain.commissions import Kind, Role
from services.conversion.repository import commissions
from services.conversion.schemas.commissions import (
    CommissionAnswer,
    NewAdjustment,
    Rebuilt,
    Splits,
    SplitsAnswer,
    Statement,
)
from workflows.contracts.base import Tier

router = new_router(tags=["commission"], guests={Tier.LEAD_GEN: ("caller",), Tier.ACCOUNT_MGMT: ("account_manager",)})
own_router = new_router(tags=["commission"])
_PEOPLE = allow("manager", "supervisor", "caller", "account_manager")
_SUPERVISOR = allow(SUPERVISOR)
_MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
Month = Annotated[str | None, Query(pattern=_MONTH, description="YYYY-MM; this month, if not given.")]
Person = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True)
class EntriesQuery:
    """What the ledger's list is narrowed to."""

    person: Person = None
    role: Annotated[Role | None, Query()] = None
    kind: Annotated[Kind | None, Query()] = None
    deal_id: Annotated[Id | None, Query()] = None
    month: Annotated[str | None, Query(pattern=_MONTH)] = None

    def narrowed(self, who: Principal) -> commissions.Filter:
        """What that is to this person. Raises Forbidden `not_owner`."""
        return commissions.Filter(
            person=_whose(who, self.person), role=self.role, kind=self.kind, deal_id=self.deal_id, month=self.month
        )


@router.get("/commissions", dependencies=[_PEOPLE], summary="Entries of the commission ledger")
async def list_commissions(
    conn: Conn, who: Who, pager: Pager, query: Annotated[EntriesQuery, Depends()]
) -> Page[CommissionAnswer]:
    """Everybody but the supervisor sees only their own."""
    found = await commissions.page(conn, query.narrowed(who), pager.limit + 1, pager.after_id())
    return Page.of([CommissionAnswer.of(entry) for entry in found], pager.limit, key=lambda entry: (entry.id,))


@router.get("/commissions/statements", dependencies=[_PEOPLE], summary="A month's commission per person")
async def statement(conn: Conn, who: Who, month: Month = None, person: Person = None) -> Statement:
    """Sums of the ledger's entries, and what is to be paid. Everybody but the supervisor sees only their own."""
    return Statement.of(await read_statement(conn, month, _whose(who, person)))


@router.get(
    "/commissions/statements.csv",
    dependencies=[_PEOPLE],
    summary="The month for the payroll",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def statement_csv(conn: Conn, who: Who, month: Month = None, person: Person = None) -> Response:
    """A line per person and currency."""
    found = await read_statement(conn, month, _whose(who, person))
    headers = {
        "Content-Disposition": f'attachment; filename="commission-{found.month}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(payroll_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@own_router.post("/commissions/statements/{month}/close", dependencies=[_SUPERVISOR], summary="Close a month for good")
async def close(month: Annotated[str, Path(pattern=_MONTH)], conn: Conn, who: Who) -> Statement:
    """What happens to its sales later goes into the next month. 422 before the month is over, 409 `already_closed`."""
    await close_month(conn, month, who)
    return Statement.of(await read_statement(conn, month, None))


@own_router.post("/commissions/adjustments", status_code=201, dependencies=[_SUPERVISOR], summary="An entry by hand")
async def adjust(body: NewAdjustment, conn: Conn, who: Who) -> CommissionAnswer:
    """Positive or negative, payable in the open month. Send an `Idempotency-Key`, so that it is written once."""
    return CommissionAnswer.of(await add_adjustment(conn, body, who))


@own_router.post("/commissions/rebuild", dependencies=[_SUPERVISOR], summary="Compute the ledger from its events again")
async def rebuild(
    conn: Conn,
    dry_run: Annotated[bool, Query()] = True,
    after: Annotated[Id | None, Query(description="Go on after this sale.")] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Rebuilt:
    """The differences between events and ledger by sale; none are expected. Without `dry_run` they are appended."""
    return Rebuilt.of(await rebuild_ledger(conn, limit, after, dry_run=dry_run))


@own_router.get(
    "/deals/{deal_id}/splits", dependencies=[allow("manager", SUPERVISOR), tagged()], summary="Who shares a deal"
)
async def get_splits(deal_id: Id, conn: Conn, who: Who) -> SplitsAnswer:
    """Empty: the caller who found it and the manager who closes it."""
    await deal_seen(conn, deal_id, who)
    return SplitsAnswer(deal_id=deal_id, splits=await commissions.splits(conn, deal_id))


@own_router.put(
    "/deals/{deal_id}/splits",
    dependencies=[_SUPERVISOR, if_match(get_splits, SPLITS, "deal_id")],
    summary="Share a deal's commission",
)
async def set_splits(deal_id: Id, body: Splits, conn: Conn, who: Who) -> SplitsAnswer:
    """Before the win. An empty list gives each role back to its one person."""
    splits = await split_commission(conn, deal_id, body.parts(), who)
    return SplitsAnswer(deal_id=deal_id, splits=splits)


def _whose(who: Principal, person: str | None) -> str | None:
    """Whose entries may be shown; none means everybody's."""
    if (who.role == SUPERVISOR and who.tier == Tier.CONVERSION) or who.is_ops:
        return person
    if person not in (None, who.person):
        raise Forbidden("you can see only your own commission", code="not_owner")
    return who.person
