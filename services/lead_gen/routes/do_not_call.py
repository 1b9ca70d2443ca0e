"""The do-not-call ledger: an entry holds at once, everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from services.chassis.errors import NotFound
from services.chassis.http import Conn, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.do_not_call import forbid_number, lift_entry
from services.lead_gen.actions.kinds import LEDGER_ENTRY
from services.lead_gen.domain.phones import read_phone
from services.lead_gen.repository import do_not_call
from services.lead_gen.schemas.do_not_call import DoNotCallView, LedgerLine, NewDoNotCall

router: APIRouter = new_router(tags=["do not call"])
SUPERVISOR = [allow("supervisor")]
Region = Annotated[str, Query()]


@router.get("/do-not-call", dependencies=SUPERVISOR, summary="The ledger")
async def list_entries(
    conn: Conn, pager: Pager, state: Literal["active", "lifted"] | None = None
) -> Page[DoNotCallView]:
    """In order of time, numbers masked."""
    found = await do_not_call.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    items = [DoNotCallView.in_list(entry) for entry in found]
    return Page.of(items, pager.limit, key=lambda one: (one.at.isoformat(), one.id))


@router.put("/do-not-call/{phone}", dependencies=[allow("caller", "supervisor")], summary="Never call this number")
async def forbid(conn: Conn, who: Who, phone: str, body: NewDoNotCall | None = None) -> DoNotCallView:
    """Takes effect at once and everywhere: in the queue, the register, and the workflow that runs the lead in any tier.

    A company with another number that may be called stays in the queue; scope `company` covers all of them.
    """
    return DoNotCallView.of(await forbid_number(conn, phone, body or NewDoNotCall(), who.person))


@router.get(
    "/do-not-call/{phone}",
    dependencies=[allow("caller", "supervisor", "ops"), tagged()],
    summary="The ledger entry of a number",
)
async def get_entry(conn: Conn, phone: str, default_region: Region = "UA") -> DoNotCallView:
    """404 if the number was never entered; a lifted entry has `withdrawn_at`."""
    entry = await do_not_call.entry(conn, read_phone(phone, default_region, "phone"))
    if entry is None:
        raise NotFound("This number is not in the ledger")
    return DoNotCallView.of(entry)


@router.get("/do-not-call/{phone}/history", dependencies=SUPERVISOR, summary="Every change of a number's entry")
async def get_history(conn: Conn, phone: str, default_region: Region = "UA") -> Page[LedgerLine]:
    """Who changed what and when, with basis and proof. The history itself is never changed."""
    lines = await do_not_call.history(conn, read_phone(phone, default_region, "phone"))
    return Page(items=LedgerLine.of_all(lines), next=None)


def _number(given: Mapping[str, Any]) -> str:
    return read_phone(given["phone"], given["default_region"], "phone")


@router.delete(
    "/do-not-call/{phone}",
    dependencies=[*SUPERVISOR, if_match(get_entry, LEDGER_ENTRY, _number)],
    summary="Lift a ledger entry",
)
async def lift(conn: Conn, who: Who, phone: str, default_region: Region = "UA") -> DoNotCallView:
    """The entry stays in the ledger with the time of lifting. 404 if there is none in force."""
    return DoNotCallView.of(await lift_entry(conn, phone, default_region, who.person))
