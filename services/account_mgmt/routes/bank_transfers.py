"""Bank transfers: money that came, what it paid, and what waits for a person."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.bank_transfers import ignore_transfer, match_transfer
from services.account_mgmt.actions.kinds import TRANSFER
from services.account_mgmt.actions.returned_transfers import settle_return
from services.account_mgmt.domain.bank_statements import TransferState
from services.account_mgmt.repository import bank_transfers
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.bank_transfers import NewIgnore, NewMatch, NewReturn, TransferView
from services.chassis.http import Conn, Id, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["bank"])


@router.get("/bank-transfers", dependencies=READERS, summary="List money that came")
async def list_transfers(
    conn: Conn, pager: Pager, state: TransferState | None = None, statement_id: Id | None = None
) -> Page[TransferView]:
    """In the order in which it came; what waits for a person names the invoices it may be for, and why."""
    found = await bank_transfers.page(
        conn, state=state, statement_id=statement_id, limit=pager.limit + 1, after=pager.time_and_id()
    )
    views = [TransferView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda one: (one.created_at.isoformat(), one.id))


@router.get("/bank-transfers/{transfer_id}", dependencies=[*READERS, tagged()], summary="One transfer")
async def get_transfer(conn: Conn, transfer_id: Id) -> TransferView:
    """With its invoices or candidates."""
    return TransferView.of(await bank_transfers.get(conn, transfer_id))


_CHANGE = if_match(get_transfer, TRANSFER, "transfer_id")


@router.post(
    "/bank-transfers/{transfer_id}/match", dependencies=[*WRITERS, _CHANGE], summary="Say what a transfer pays"
)
async def post_match(conn: Conn, who: Who, transfer_id: Id, new: NewMatch) -> TransferView:
    """Books on these invoices, together at most the transfer, and remembers whose account it came from.

    409 for a transfer that is settled already, 422 for another currency or more money than came.
    """
    return TransferView.of(await match_transfer(conn, who, transfer_id, new))


@router.post(
    "/bank-transfers/{transfer_id}/returned", dependencies=[*WRITERS, _CHANGE], summary="Say which payment came back"
)
async def post_returned(conn: Conn, who: Who, transfer_id: Id, new: NewReturn) -> TransferView:
    """For an entry by which the bank took money back: this payment is reversed, and its invoice opens again.

    409 for money that came or an entry that is settled, 422 for a payment of more than the bank took.
    """
    return TransferView.of(await settle_return(conn, who, transfer_id, new))


@router.post("/bank-transfers/{transfer_id}/ignore", dependencies=[*WRITERS, _CHANGE], summary="This pays no invoice")
async def post_ignore(conn: Conn, who: Who, transfer_id: Id, body: NewIgnore) -> TransferView:
    """Takes a transfer off the list of those that wait. 409 if it is settled already."""
    return TransferView.of(await ignore_transfer(conn, who, transfer_id, body.reason))
