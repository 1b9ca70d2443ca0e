"""Routes of an import, the same in each tier: a file in, a verdict for every row out."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import StreamingResponse

from services.chassis.contacts import phones
from services.chassis.errors import Invalid, Unsupported
from services.chassis.http import Conn, ConnectionPool, Id, Page, Pager, Who, allow, new_router
from services.chassis.imports import jobs
from services.chassis.imports.cells import FileRefusedError, detect_encoding, is_workbook, neutralise, read_header
from services.chassis.imports.schemas import ImportRow, ImportView
from services.chassis.imports.sheets import xlsx_rows

HEAD_BYTES = 64 << 10
PART_BYTES = 1 << 20
REASON = "reason"
Mapped = str | Mapping[str, str]
Columns = Callable[[list[str], Mapped], dict[str, int]]
"""From header and wished mapping to field -> column; raises FileRefusedError in words for people."""


def import_router(columns: Columns, summary: str) -> APIRouter:
    """`/v1/imports` of a tier; `columns` knows its fields."""
    router = new_router(tags=["imports"])

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
        mapping: Annotated[str, Form(description="auto, hubspot, salesforce, pipedrive, zoho, or JSON")] = "auto",
        dry_run: Annotated[bool, Form(description="Give every verdict and change nothing.")] = False,
    ) -> ImportView:
        """The file is checked as a whole here and taken in row by row in the background.

        Progress: `GET /v1/imports/{id}`, or the events `import_progress` and `import_finished`.
        """
        if not phones.known_region(default_region):
            raise Invalid(f"'{default_region}' is no region that numbers can be read in", field="default_region")
        # Reading a workbook's header or a long file's encoding takes a while: other requests go on meanwhile.
        fields = await asyncio.to_thread(understand, file.file, mapping_of(mapping), default_region, columns)
        import_id = await jobs.create(
            conn,
            {
                **fields,
                "filename": (file.filename or "leads.csv")[:200],
                "dry_run": dry_run,
                "default_region": default_region,
                "created_by": who.person,
            },
        )
        await file.seek(0)
        part = 0
        while content := await file.read(PART_BYTES):
            await jobs.add_part(conn, import_id, part, content)
            part += 1
        response.headers["Location"] = f"/v1/imports/{import_id}"
        return await jobs.get(conn, import_id)

    @router.get("/imports", dependencies=[allow("supervisor", "ops")], summary="Imports")
    async def list_imports(
        conn: Conn, pager: Pager, state: Literal["queued", "running", "done", "failed"] | None = None
    ) -> Page[ImportView]:
        """In order of their coming."""
        found = await jobs.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
        return Page.of(found, pager.limit, key=lambda one: (one.created_at.isoformat(), one.id))

    @router.get("/imports/{import_id}", dependencies=[allow("supervisor", "ops")], summary="How far an import is")
    async def get_import(conn: Conn, import_id: Id) -> ImportView:
        """Counts of verdicts so far."""
        return await jobs.get(conn, import_id)

    @router.get(
        "/imports/{import_id}/rows", dependencies=[allow("supervisor", "ops")], summary="What became of every row"
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
        return Page.of(found, pager.limit, key=lambda row: (str(row.line),))

    @router.get(
        "/imports/{import_id}/rejects.csv",
        dependencies=[allow("supervisor")],
        response_class=StreamingResponse,
        summary="The rejected rows with their reasons",
    )
    async def rejects(pool: ConnectionPool, import_id: Id) -> StreamingResponse:
        """The file's own columns and `reason`: correct it and import it again.

        Cells that a spreadsheet would run as a formula begin with an apostrophe; an import takes it off again.
        """
        async with pool.acquire() as conn:
            header, delimiter = await jobs.rejects(conn, import_id)
        # The rejects of rejects: the reason of the time before makes room for the new one.
        if header and header[-1] == REASON:
            header.pop()

        async def lines() -> AsyncIterator[str]:
            yield _line([*header, REASON], delimiter)
            async with pool.acquire() as conn:
                async for cells, reason in jobs.rejected_rows(conn, import_id):
                    padded = (cells + [""] * len(header))[: len(header)]
                    yield _line([*(neutralise(cell) for cell in padded), reason], delimiter)

        name = f'attachment; filename="rejects-{import_id}.csv"'
        return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})

    return router


def mapping_of(text: str) -> Mapped:
    """`auto`, a name, or a JSON object of field and column name. Raises Invalid."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise Invalid(f"The mapping is no JSON object: {error}", field="mapping") from None
    if not all(isinstance(value, str) for value in given.values()):
        raise Invalid("The mapping is an object of field and column name", field="mapping")
    return dict(given)


def understand(file: IO[bytes], wanted: Mapped, region: str, columns: Columns) -> dict[str, Any]:
    """Format, encoding, separator, header and columns. Raises Invalid or Unsupported in words for people."""
    head = file.read(HEAD_BYTES)
    if not head.strip():
        raise Invalid("The file is empty", field="file")
    try:
        fields = _workbook(file) if is_workbook(head) else _text(file, region)
    except FileRefusedError as error:
        raise Unsupported(str(error), field="file") from None
    try:
        if "header" not in fields:
            fields["header"], fields["delimiter"] = read_header(head.decode(fields["encoding"], errors="ignore"))
        mapping = columns(fields["header"], wanted)
    except FileRefusedError as error:
        field = "mapping" if str(error).startswith("mapping") else "file"
        raise Invalid(str(error), field=field) from None
    return {**fields, "mapping": mapping}


def _text(file: IO[bytes], region: str) -> dict[str, Any]:
    encoding = detect_encoding(_parts(file), region)
    lines = sum(part.count(b"\n") for part in _parts(file))
    return {"format": "csv", "encoding": encoding, "expected_rows": max(lines - 1, 0)}


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(PART_BYTES):
        yield part


def _workbook(file: IO[bytes]) -> dict[str, Any]:
    file.seek(0)
    header = next(xlsx_rows(file), [])
    return {
        "format": "xlsx",
        "encoding": "utf-8",
        "delimiter": ",",
        "header": [" ".join(cell.split()) for cell in header],
        "expected_rows": None,
    }


def _line(cells: list[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerow(cells)
    return out.getvalue()
