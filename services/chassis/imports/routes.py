"""Routes of imports, the same in each tier: a file in, a verdict for every row out."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import StreamingResponse

from services.chassis.contacts import phones
from services.chassis.errors import Invalid
from services.chassis.http import Conn, ConnectionPool, Id, Page, Pager, Who, allow, file_name, new_router
from services.chassis.http.own_staff import OWN_STAFF
from services.chassis.imports import jobs
from services.chassis.imports.inspection import Table, Wish, inspect, mapping_of
from services.chassis.imports.jobs import NewImport
from services.chassis.imports.rejects import rejects_csv
from services.chassis.imports.schemas import ImportRow, ImportView


def import_router(table: Table, summary: str) -> APIRouter:
    """`/v1/imports` of a tier; `table` knows its columns."""
    router = new_router(tags=["imports"])

    def _view(one: jobs.Import) -> ImportView:
        return ImportView.told(one, table.questions(one.header, one.mapping))

    @router.post(
        "/imports",
        status_code=202,
        dependencies=[allow("supervisor")],
        summary=summary,
    )
    async def create_import(
        conn: Conn,
        who: Who,
        response: Response,
        file: UploadFile,
        default_region: Annotated[str, Form(description="Region of numbers without a country code, e.g. UA.")],
        mapping: Annotated[str, Form(description="auto, or a JSON object of field and column.")] = "auto",
        dry_run: Annotated[bool, Form(description="Give every verdict and change nothing.")] = False,
        encoding: Annotated[str | None, Form(description="Of a text file, such as cp1251; else detected.")] = None,
        sheet: Annotated[str | None, Form(description="Of a workbook in which several could be meant.")] = None,
    ) -> ImportView:
        """The file is checked as a whole here and taken in row by row in the background.

        A column that is only likely to be what it seems is taken in a dry run, which asks about it; else it is
        left out, or the file refused with the mapping that would do.

        Progress: `GET /v1/imports/{id}`, or the events `import_progress` and `import_finished`.
        """
        if not phones.known_region(default_region):
            raise Invalid(f"'{default_region}' is not a region that numbers can be read in", field="default_region")
        # Reading a workbook's header or a long file's encoding takes a while: other requests go on meanwhile.
        wish = Wish(mapping_of(mapping), default_region, encoding or None, sheet or None, dry_run)
        found = await asyncio.to_thread(inspect, file.file, wish, table)
        name = file_name(file, "import")
        new = NewImport(**found, filename=name, dry_run=dry_run, default_region=default_region, created_by=who.person)
        import_id = await jobs.create(conn, new)
        await jobs.QUEUE.keep(conn, import_id, file.file)
        response.headers["Location"] = f"/v1/imports/{import_id}"
        return _view(await jobs.get(conn, import_id))

    @router.get("/imports", dependencies=[allow("supervisor", "ops")], summary="List imports")
    async def list_imports(
        conn: Conn, pager: Pager, state: Literal["queued", "running", "done", "failed", "cancelled"] | None = None
    ) -> Page[ImportView]:
        """In the order they were made."""
        found = await jobs.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
        views = [_view(one) for one in found]
        return Page.of(views, pager.limit, key=lambda one: (one.created_at.isoformat(), one.id))

    @router.get("/imports/{import_id}", dependencies=[allow("supervisor", "ops")], summary="The progress of an import")
    async def get_import(conn: Conn, import_id: Id) -> ImportView:
        """How its file was understood, and counts of verdicts so far."""
        return _view(await jobs.get(conn, import_id))

    @router.post("/imports/{import_id}/cancel", dependencies=[allow("supervisor")], summary="Call an import off")
    async def cancel_import(conn: Conn, import_id: Id) -> ImportView:
        """What was taken stays, the rest is not taken; `finished_at` is set once the worker has let go of it.

        409 for one that is over.
        """
        return _view(await jobs.cancel(conn, import_id))

    @router.get(
        "/imports/{import_id}/rows", dependencies=[allow("supervisor", "ops")], summary="The verdict on each row"
    )
    async def list_rows(
        conn: Conn,
        import_id: Id,
        pager: Pager,
        verdict: Literal["accepted", "merged", "duplicate", "rejected"] | None = None,
    ) -> Page[ImportRow]:
        """In order of the file; `reason`: what a row is a duplicate of, why it was rejected, what was left out."""
        await jobs.get(conn, import_id)
        after = pager.at(int)
        found = await jobs.rows_page(
            conn, import_id, verdict=verdict, limit=pager.limit + 1, after=after[0] if after else 0
        )
        views = [ImportRow.model_validate(row, from_attributes=True) for row in found]
        return Page.of(views, pager.limit, key=lambda row: (str(row.line),))

    @router.get(
        "/imports/{import_id}/rejects.csv",
        dependencies=[allow("supervisor"), OWN_STAFF],
        response_class=StreamingResponse,
        summary="The rejected rows with their reasons",
    )
    async def rejects(pool: ConnectionPool, import_id: Id) -> StreamingResponse:
        """The file's own columns and `reason`: correct it and import it again.

        Cells that a spreadsheet would run as a formula begin with an apostrophe; an import takes it off again.
        """
        return await rejects_csv(pool, import_id)

    return router
