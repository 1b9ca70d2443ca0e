"""Imports: a file in, a verdict for every row out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import StreamingResponse

from services.chassis.errors import Invalid, TooLarge, Unsupported
from services.chassis.http import Conn, ConnectionPool, Id, Who, allow, new_router
from services.lead_gen.domain import phones
from services.lead_gen.domain.import_file import (
    FileRefusedError,
    choose_mapping,
    detect_encoding,
    neutralise,
    read_header,
)
from services.lead_gen.repository import imports
from services.lead_gen.schemas.imports import ImportView

router: APIRouter = new_router(tags=["imports"])

MAX_BYTES = 64 << 20
HEAD_BYTES = 64 << 10


@router.post(
    "/imports",
    status_code=202,
    dependencies=[allow("supervisor")],
    summary="Import a file of leads",
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
    """The file is checked as a whole here and taken in row by row in the background."""
    if not phones.known_region(default_region):
        raise Invalid(f"'{default_region}' is no region that numbers can be read in", field="default_region")
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge(f"The file is larger than {MAX_BYTES >> 20} MB: split it and import the parts", field="file")
    fields = _understand(content, _mapping(mapping))
    import_id = await imports.create(
        conn,
        {
            **fields,
            "filename": (file.filename or "leads.csv")[:200],
            "dry_run": dry_run,
            "default_region": default_region,
            "created_by": who.person,
        },
        content,
    )
    response.headers["Location"] = f"/v1/imports/{import_id}"
    return await imports.get(conn, import_id)


def _mapping(text: str) -> str | Mapping[str, str]:
    if not text.lstrip().startswith("{"):
        return text
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise Invalid(f"The mapping is no JSON object: {error}", field="mapping") from None
    if not all(isinstance(value, str) for value in given.values()):
        raise Invalid("The mapping is an object of field and column name", field="mapping")
    return dict(given)


def _understand(content: bytes, wanted: str | Mapping[str, str]) -> dict[str, Any]:
    """Encoding, separator, header and columns. Raises Invalid or Unsupported in words for people."""
    if not content.strip():
        raise Invalid("The file is empty", field="file")
    try:
        encoding = detect_encoding(content[:HEAD_BYTES])
    except FileRefusedError as error:
        raise Unsupported(str(error), field="file") from None
    try:
        header, delimiter = read_header(content[:HEAD_BYTES].decode(encoding, errors="ignore"))
        columns = choose_mapping(header, wanted)
    except FileRefusedError as error:
        field = "mapping" if str(error).startswith("mapping") else "file"
        raise Invalid(str(error), field=field) from None
    return {"encoding": encoding, "delimiter": delimiter, "header": header, "mapping": columns}


@router.get("/imports/{import_id}", dependencies=[allow("supervisor", "ops")], summary="How far an import is")
async def get_import(conn: Conn, import_id: Id) -> ImportView:
    """Counts of verdicts so far."""
    return await imports.get(conn, import_id)


@router.get(
    "/imports/{import_id}/rejects.csv",
    dependencies=[allow("supervisor")],
    response_class=StreamingResponse,
    summary="The rejected rows with their reasons",
)
async def rejects(pool: ConnectionPool, import_id: Id) -> StreamingResponse:
    """The file's own columns and `reason`: correct it and import it again."""
    async with pool.acquire() as conn:
        header, delimiter = await imports.rejects(conn, import_id)

    async def lines() -> AsyncIterator[str]:
        yield _line([*header, "reason"], delimiter)
        async with pool.acquire() as conn:
            async for cells, reason in imports.rejected_rows(conn, import_id):
                padded = cells + [""] * (len(header) - len(cells))
                yield _line([*(neutralise(cell) for cell in padded), reason], delimiter)

    name = f'attachment; filename="rejects-{import_id}.csv"'
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _line(cells: list[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerow(cells)
    return out.getvalue()
