"""Bank statements: a file in, payments out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response, UploadFile

from services.account_mgmt.actions.bank_statements import cancel_statement, take_statement
from services.account_mgmt.actions.kinds import STATEMENT
from services.account_mgmt.domain.bank.csv_dates import DateOrder
from services.account_mgmt.domain.bank.files import FileOptions, Format
from services.account_mgmt.domain.bank.transfers import iban
from services.account_mgmt.domain.bank_statements import StatementState
from services.account_mgmt.repository import bank_statements
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.bank_statements import StatementView
from services.chassis.http import Conn, Id, Page, Pager, Who, file_name, if_match, new_router, string_map, tagged

router: APIRouter = new_router(tags=["bank"])


def _options(
    format: Annotated[Format, Form(description="What the file is.")] = "auto",
    mapping: Annotated[str, Form(description="JSON of field and column of a CSV; empty: known headers.")] = "",
    currency: Annotated[
        str, Form(pattern="^([A-Z]{3})?$", description="Of rows that name none; empty: that of the account.")
    ] = "",
    account: Annotated[str, Form(max_length=64, description="The company's account, if the file names none.")] = "",
    encoding: Annotated[
        str, Form(max_length=40, description="Of a CSV, such as `windows-1251`; empty: found out.")
    ] = "",
    dates: Annotated[DateOrder, Form(description="Day or month first in a CSV's dates, if the file asks.")] = "auto",
) -> FileOptions:
    return FileOptions(
        format=format,
        mapping=string_map(mapping, "mapping") if mapping.strip() else None,
        account=iban(account),
        currency=currency,
        encoding=encoding.strip(),
        dates=dates,
    )


@router.post(
    "/bank-statements",
    status_code=201,
    dependencies=WRITERS,
    summary="Take in a bank statement",
    responses={202: {"model": StatementView, "description": "A long one, queued for the worker."}},
)
async def post_statement(
    conn: Conn, who: Who, response: Response, file: UploadFile, options: Annotated[FileOptions, Depends(_options)]
) -> StatementView:
    """Money is booked on the invoices it is for, each transfer once, however often it comes; the rest waits for people.

    201 with what became of it for a file of 500 rows at most. 202 for a longer one, which is booked in the background:
    progress is at its `Location`, or the events `bank_statement_progress` and `bank_statement_taken`.

    422 for a file that cannot be read as a whole, or is of an account that is not the company's: nothing changes then.
    A row that cannot be read is among the `problems` with its line.
    """
    name = file_name(file, "statement")
    statement = await take_statement(conn, file.file, options, file_name=name, by=who.person)
    response.headers["Location"] = f"/v1/bank-statements/{statement.id}"
    response.status_code = 202 if statement.state == "queued" else 201
    return StatementView.of(statement)


@router.get("/bank-statements", dependencies=READERS, summary="List bank statements")
async def list_statements(conn: Conn, pager: Pager, state: StatementState | None = None) -> Page[StatementView]:
    """In the order in which they were sent, with counts and sums of what became of their transfers."""
    found = await bank_statements.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    views = [StatementView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda one: (one.created_at.isoformat(), one.id))


@router.get("/bank-statements/{statement_id}", dependencies=[*READERS, tagged()], summary="One bank statement")
async def get_statement(conn: Conn, statement_id: Id) -> StatementView:
    """How far it is, counts and sums as they are now, and the rows that could not be read."""
    return StatementView.of(await bank_statements.get(conn, statement_id))


_CHANGE = if_match(get_statement, STATEMENT, "statement_id")


@router.post(
    "/bank-statements/{statement_id}/cancel", dependencies=[*WRITERS, _CHANGE], summary="Call a long statement off"
)
async def post_cancel(conn: Conn, statement_id: Id) -> StatementView:
    """What was booked stays, the rest is not booked; `finished_at` is set once the worker has let go of it.

    409 for one that is over.
    """
    return StatementView.of(await cancel_statement(conn, statement_id))
