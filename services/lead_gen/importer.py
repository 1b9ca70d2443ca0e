"""The import runner: takes a file chunk by chunk, each chunk in one transaction with its checkpoint.

Killed at any moment it goes on behind the last checkpoint: no row is lost and none doubled. Hosted by the
tier's worker as a sweep.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from services.chassis.db import Connection, Pool
from services.lead_gen.domain import phones
from services.lead_gen.domain.import_file import clean, size_class
from services.lead_gen.repository import imports, leads
from services.lead_gen.repository.imports import ImportJob, Verdict

CHUNK_ROWS = 500
# csv refuses longer cells by default; a cell of that length in a lead file is a broken quote.
MAX_CELL = 100_000


async def run_imports(pool: Pool) -> None:
    """Work on the oldest unfinished import until none is left."""
    while await _run_chunk(pool):
        pass


async def _run_chunk(pool: Pool) -> bool:
    """One chunk of one import. False when there is nothing to do."""
    async with pool.acquire() as conn, conn.transaction():
        job = await imports.take_next(conn)
        if job is None:
            return False
        content = await imports.read_file(conn, job.id)
        try:
            chunk = list(islice(_rows(content, job), CHUNK_ROWS))
        except (UnicodeDecodeError, csv.Error) as error:
            await imports.finish(conn, job.id, f"The file cannot be read after row {job.rows}: {error}"[:300])
            return True
        verdicts = [await _judge(conn, job, line, cells) for line, cells in chunk]
        await imports.checkpoint(conn, job.id, verdicts)
        if len(chunk) < CHUNK_ROWS:
            await imports.finish(conn, job.id)
        return True


def _rows(content: bytes, job: ImportJob) -> Iterator[tuple[int, list[str]]]:
    """(row number from 1, cells) behind the checkpoint; empty lines are no rows."""
    csv.field_size_limit(MAX_CELL)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=job.encoding, newline="")
    filled = (cells for cells in csv.reader(text, delimiter=job.delimiter) if any(cell.strip() for cell in cells))
    next(filled, None)
    return islice(enumerate(filled, start=1), job.rows, None)


async def _judge(conn: Connection, job: ImportJob, line: int, cells: list[str]) -> Verdict:
    """Take a row into the register, merge it into what is known, or refuse it with a reason."""
    fields = {name: clean(cells[at]) for name, at in job.mapping.items() if at < len(cells)}
    numbers, refused = _numbers(fields, job.default_region)
    if not fields.get("company"):
        return Verdict(line=line, verdict="rejected", reason="no company name", original=cells)
    if not numbers:
        return Verdict(line=line, verdict="rejected", reason=f"no valid phone: {refused}", original=cells)
    return await _take(conn, job, line, _lead_fields(fields), numbers)


def _numbers(fields: dict[str, str], region: str) -> tuple[list[str], str]:
    """The row's numbers in E.164, and why the last bad one was refused."""
    good: list[str] = []
    problem = "the phone is missing"
    for cell in (fields.get("phone", ""), fields.get("mobile", "")):
        for raw in phones.split_phones(cell):
            try:
                number = phones.to_e164(raw, region)
            except phones.BadPhoneError as error:
                problem = f"the number {error}"
            else:
                good += [number] if number not in good else []
    return good, problem


def _lead_fields(fields: dict[str, str]) -> dict[str, str | None]:
    name = fields.get("contact_name") or f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
    language = fields.get("language", "").lower()[:2]
    email = fields.get("email", "").lower()
    return {
        "company": fields["company"][:200],
        "contact_name": name or None,
        "email": email if "@" in email else None,
        "industry": fields.get("industry") or None,
        "size": size_class(fields.get("size", "")),
        "region": fields.get("region") or None,
        "city": fields.get("city") or None,
        "language": language if language.isalpha() else None,
        "timezone": None,
        "website": fields.get("website") or None,
        "tax_id": fields.get("tax_id") or None,
    }


async def _take(
    conn: Connection, job: ImportJob, line: int, fields: dict[str, str | None], numbers: list[str]
) -> Verdict:
    owners = await conn.fetch("SELECT phone, lead_id FROM lead_phones WHERE phone = ANY($1)", numbers)
    known = owners[0]["lead_id"] if owners else await _by_tax_id(conn, fields["tax_id"])
    if known is None:
        lead_id = None if job.dry_run else await leads.insert(conn, fields, numbers, "import")
        return Verdict(line=line, verdict="accepted", lead_id=lead_id)
    new_numbers = [n for n in numbers if n not in {owner["phone"] for owner in owners}]
    if not new_numbers:
        if not job.dry_run:
            await leads.fill_gaps(conn, known, fields)
        return Verdict(line=line, verdict="duplicate", reason=f"duplicate of lead {known}", lead_id=known)
    if not job.dry_run:
        await leads.add_phones(conn, known, new_numbers)
        await leads.fill_gaps(conn, known, fields)
    return Verdict(line=line, verdict="merged", reason=f"merged into lead {known}", lead_id=known)


async def _by_tax_id(conn: Connection, tax_id: str | None) -> str | None:
    found: str | None = await conn.fetchval("SELECT id FROM leads WHERE tax_id = $1", tax_id) if tax_id else None
    return found
