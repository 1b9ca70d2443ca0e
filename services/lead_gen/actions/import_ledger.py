"""What a file says about being called goes into the do-not-call ledger, with the file and the row as its proof."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.chassis.imports.jobs import ImportJob
from services.lead_gen.actions.do_not_call import withdraw
from services.lead_gen.domain.import_do_not_call import Forbidden
from services.lead_gen.domain.import_rows import Row
from services.lead_gen.repository import import_ledger, leads


def forbidden_in(job: ImportJob, chunk: Sequence[Row]) -> list[Forbidden]:
    """Every number of a chunk that its row says must not be called, also where the row itself cannot be taken."""
    found = []
    for row in chunk:
        if row.forbids is not None:
            field, says = row.forbids
            column = job.header[job.mapping[field]] if job.mapping[field] < len(job.header) else field
            basis, proof = f"{column}: {says}"[:200], f"file {job.filename}, row {row.line}"[:500]
            found += [Forbidden(phone, basis, proof) for phone in row.phones]
    return found


async def enter_forbidden(conn: Connection, job: ImportJob, found: Sequence[Forbidden]) -> None:
    """Enter them at once, cancel their calls, and tell the workflows of leads without another number."""
    if not found:
        return
    entered = await import_ledger.forbid(conn, found, job.created_by)
    closed = await import_ledger.now_forbidden(conn, entered)
    for lead_id in await import_ledger.close_idle(conn, closed, f"import:{job.id}"):
        await withdraw(conn, await leads.lock(conn, lead_id), f"import:{job.id}", job.created_by)
