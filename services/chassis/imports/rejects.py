"""The rejected rows of a file with their reasons, as a file that can be corrected and imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse

from services.chassis.db import Pool, acquire
from services.chassis.http import begun
from services.chassis.imports import jobs
from services.chassis.imports.cells import neutralise

REASON = "reason"


async def rejects_csv(pool: Pool, import_id: str) -> StreamingResponse:
    """The answer, streamed. Raises NotFound."""
    async with acquire(pool) as conn:
        header, delimiter = await jobs.rejects(conn, import_id)
    # The rejects of rejects: the reason of the time before makes room for the new one.
    if header and header[-1] == REASON:
        header.pop()

    async def lines() -> AsyncIterator[str]:
        async with acquire(pool) as conn:
            yield _line([*header, REASON], delimiter)
            async for cells, reason in jobs.rejected_rows(conn, import_id):
                padded = (cells + [""] * len(header))[: len(header)]
                yield _line([*(neutralise(cell) for cell in padded), reason], delimiter)

    name = f'attachment; filename="rejects-{import_id}.csv"'
    content = await begun(lines())
    return StreamingResponse(content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _line(cells: list[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerow(cells)
    return out.getvalue()
