"""Contracts: invoices that come again and again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.account_mgmt.actions.contract_drafts import preview_change, preview_new
from services.account_mgmt.actions.contract_invoices import issue_again
from services.account_mgmt.actions.contract_lines import read_preview
from services.account_mgmt.actions.contracts import (
    change_contract,
    end_contract,
    make_contract,
    pause_contract,
    resume_contract,
    skip_period,
)
from services.account_mgmt.actions.kinds import CONTRACT
from services.account_mgmt.domain.contracts import State
from services.account_mgmt.repository import contract_periods, contracts, customers
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.common import Reason
from services.account_mgmt.schemas.contracts import (
    ContractChange,
    ContractView,
    NewContract,
    PeriodView,
    PreviewView,
    Resume,
)
from services.chassis.http import Conn, Id, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["contracts"])
Number = Annotated[int, Path(ge=1, le=100_000, description="The date's number in the series.")]
Count = Annotated[int, Query(ge=1, le=36, description="How many invoices to come.")]


@router.post("/customers/{customer_id}/contracts", status_code=201, dependencies=WRITERS, summary="Make a contract")
async def post_contract(conn: Conn, who: Who, customer_id: Id, new: NewContract) -> ContractView:
    """Its invoices are issued by themselves from the first date on. 422 names the field that cannot be right."""
    return ContractView.of(await make_contract(conn, who, customer_id, new))


@router.post("/customers/{customer_id}/contracts/preview", dependencies=WRITERS, summary="How a contract would go")
async def post_preview(conn: Conn, who: Who, customer_id: Id, new: NewContract, count: Count = 6) -> PreviewView:
    """The next dates and sums, checked as the contract itself would be. Nothing is written."""
    return PreviewView.of(await preview_new(conn, who, customer_id, new, count))


@router.get("/customers/{customer_id}/contracts", dependencies=READERS, summary="Contracts of a customer")
async def list_of_customer(conn: Conn, pager: Pager, customer_id: Id, state: State | None = None) -> Page[ContractView]:
    """In order of entry."""
    await customers.get(conn, customer_id)
    found = await contracts.page(
        conn, customer_id=customer_id, state=state, limit=pager.limit + 1, after=pager.time_and_id()
    )
    views = [ContractView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/contracts", dependencies=READERS, summary="List contracts")
async def list_contracts(
    conn: Conn, who: Who, pager: Pager, state: State | None = None, failed: bool = False, mine: bool = False
) -> Page[ContractView]:
    """In order of entry; `failed` for those that wait for a person, `mine` for one's own customers."""
    manager = who.person if mine else None
    found = await contracts.page(
        conn, state=state, failed=failed, manager=manager, limit=pager.limit + 1, after=pager.time_and_id()
    )
    views = [ContractView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/contracts/{contract_id}", dependencies=[*READERS, tagged()], summary="One contract")
async def get_contract(conn: Conn, contract_id: Id) -> ContractView:
    """As it stands, with its next date."""
    return ContractView.of(await contracts.get(conn, contract_id))


@router.get("/contracts/{contract_id}/preview", dependencies=READERS, summary="The next dates and sums")
async def get_preview(conn: Conn, contract_id: Id, count: Count = 6) -> PreviewView:
    """What comes if nothing changes; of a paused contract also what has passed meanwhile."""
    return PreviewView.of(await read_preview(conn, contract_id, count))


@router.get("/contracts/{contract_id}/periods", dependencies=READERS, summary="What became of each date")
async def list_periods(conn: Conn, pager: Pager, contract_id: Id) -> Page[PeriodView]:
    """The latest first: its invoice, that it was left out, or why there is none."""
    contract, place = await contracts.get(conn, contract_id), pager.at(int)
    found = await contract_periods.page(conn, contract_id, limit=pager.limit + 1, after=place[0] if place else None)
    views = [PeriodView.of(one, contract.currency) for one in found]
    return Page.of(views, pager.limit, key=lambda p: (str(p.number),))


_CHANGE = if_match(get_contract, CONTRACT, "contract_id")


@router.patch("/contracts/{contract_id}", dependencies=[*WRITERS, _CHANGE], summary="Change a contract")
async def patch_contract(conn: Conn, who: Who, contract_id: Id, body: ContractChange) -> ContractView:
    """From the next date on; what was issued stays as it is. 409 for one that has ended."""
    return ContractView.of(await change_contract(conn, who, contract_id, body))


@router.post("/contracts/{contract_id}/preview", dependencies=WRITERS, summary="How a changed contract would go")
async def post_change_preview(
    conn: Conn, who: Who, contract_id: Id, body: ContractChange, count: Count = 6
) -> PreviewView:
    """The next dates and sums, checked as the change itself would be. Nothing is written."""
    return PreviewView.of(await preview_change(conn, who, contract_id, body, count))


@router.post("/contracts/{contract_id}/pause", dependencies=[*WRITERS, _CHANGE], summary="Pause a contract")
async def post_pause(conn: Conn, who: Who, contract_id: Id, body: Reason) -> ContractView:
    """No invoices until it goes on. 409 unless it is active."""
    return ContractView.of(await pause_contract(conn, who, contract_id, body.reason))


@router.post("/contracts/{contract_id}/resume", dependencies=[*WRITERS, _CHANGE], summary="Go on with a contract")
async def post_resume(conn: Conn, who: Who, contract_id: Id, body: Resume) -> ContractView:
    """Dates that have passed meanwhile are left out, or invoiced now: `GET …/preview` shows them as `missed`."""
    return ContractView.of(await resume_contract(conn, who, contract_id, body.missed))


@router.post("/contracts/{contract_id}/end", dependencies=[*WRITERS, _CHANGE], summary="End a contract")
async def post_end(conn: Conn, who: Who, contract_id: Id, body: Reason) -> ContractView:
    """No more invoices; those that were issued stay. To end it on a day, change `last_on`."""
    return ContractView.of(await end_contract(conn, who, contract_id, body.reason))


@router.post(
    "/contracts/{contract_id}/periods/{number}/skip", dependencies=[*WRITERS, _CHANGE], summary="Leave a date out"
)
async def post_skip(conn: Conn, who: Who, contract_id: Id, number: Number) -> ContractView:
    """The next date, or one whose invoice could not be issued. 409 for any other."""
    return ContractView.of(await skip_period(conn, who, contract_id, number))


@router.post(
    "/contracts/{contract_id}/periods/{number}/issue", dependencies=[*WRITERS, _CHANGE], summary="Try a date again"
)
async def post_issue(conn: Conn, who: Who, contract_id: Id, number: Number) -> PeriodView:
    """After its invoice could not be issued or mailed; the answer says what became of it. Never a second invoice."""
    period, currency = await issue_again(conn, who, contract_id, number)
    return PeriodView.of(period, currency)
