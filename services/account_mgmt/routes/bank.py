"""Bank statements: a file in, payments out, and the transfers that wait for a person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response, UploadFile

from services.account_mgmt.actions import bank
from services.account_mgmt.domain.bank import transfers as rules
from services.account_mgmt.repository import bank as rows
from services.account_mgmt.schemas.bank import NewIgnore, NewMatch, StatementView, TransferState, TransferView
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router

router: APIRouter = new_router(tags=["bank"])
READERS = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor")]


@router.post("/bank-statements", status_code=201, dependencies=WRITERS, summary="Take in a bank statement")
async def add_statement(
    conn: Conn,
    who: Who,
    response: Response,
    file: UploadFile,
    format: Annotated[Literal["auto", "csv", "camt053"], Form(description="What the file is.")] = "auto",
    mapping: Annotated[str, Form(description="JSON of field and column of a CSV; empty: known headers.")] = "",
    currency: Annotated[str, Form(pattern="^[A-Z]{3}$", description="Of rows that name none.")] = "UAH",
    account: Annotated[str, Form(max_length=64, description="The house's account, if the file names none.")] = "",
) -> StatementView:
    """Money is booked on the invoices it is for, each transfer once, however often it comes; the rest waits for people.

    422 for a file that cannot be read as a whole, or is of an account that is not the house's: nothing changes then. A
    row that cannot be read is among the `problems` with its line.
    """
    own = rules.iban(account) or next(iter(await rows.entity_accounts(conn)), "")
    content = await file.read()
    # A long file takes seconds to read: other requests go on meanwhile.
    parsed = await asyncio.to_thread(
        bank.read, content, format, mapping=_mapping(mapping), account=own, currency=currency
    )
    name = rules.tidy(file.filename)[:200] or "statement"
    statement = await bank.take(conn, parsed, file_name=name, account=rules.iban(account), by=who.person)
    await publish(conn, "bank_statement_taken", statement_id=statement.id)
    response.headers["Location"] = f"/v1/bank-statements/{statement.id}"
    return statement


def _mapping(text: str) -> Mapping[str, str] | None:
    if not text.strip():
        return None
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Invalid(f"The mapping is no JSON object: {error}", field="mapping") from None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Invalid("The mapping is an object of field and column name", field="mapping")
    return given


@router.get("/bank-statements", dependencies=READERS, summary="Bank statements")
async def list_statements(conn: Conn, pager: Pager) -> Page[StatementView]:
    """In order of their coming, with counts and sums of what became of their transfers."""
    found = await rows.statements(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda one: (one.created_at.isoformat(), one.id))


@router.get("/bank-statements/{statement_id}", dependencies=READERS, summary="One bank statement")
async def get_statement(conn: Conn, statement_id: Id) -> StatementView:
    """Counts and sums as they are now, and the rows that could not be read."""
    return await rows.statement(conn, statement_id)


@router.get("/bank-transfers", dependencies=READERS, summary="Money that came")
async def list_transfers(
    conn: Conn, pager: Pager, state: TransferState | None = None, statement_id: Id | None = None
) -> Page[TransferView]:
    """In order of their coming; those that wait for a person name the invoices they may be for, and why."""
    found = await rows.transfers(
        conn, state=state, statement_id=statement_id, limit=pager.limit + 1, after=pager.time_and_id()
    )
    return Page.of(found, pager.limit, key=lambda one: (one.created_at.isoformat(), one.id))


@router.get("/bank-transfers/{transfer_id}", dependencies=READERS, summary="One transfer")
async def get_transfer(conn: Conn, transfer_id: Id) -> TransferView:
    """With its invoices or candidates."""
    return await rows.transfer(conn, transfer_id)


@router.post("/bank-transfers/{transfer_id}/match", dependencies=WRITERS, summary="Say what a transfer pays")
async def match_transfer(conn: Conn, who: Who, transfer_id: Id, new: NewMatch) -> TransferView:
    """Books on these invoices, together at most the transfer, and remembers whose account it came from.

    409 for a transfer that is settled already, 422 for another currency or more money than came.
    """
    return await bank.match(conn, transfer_id, new, who.person)


@router.post("/bank-transfers/{transfer_id}/ignore", dependencies=WRITERS, summary="This pays no invoice")
async def ignore_transfer(conn: Conn, who: Who, transfer_id: Id, body: NewIgnore) -> TransferView:
    """Takes a transfer off the list of those that wait. 409 if it is settled already."""
    return await bank.ignore(conn, transfer_id, body.reason, who.person)
