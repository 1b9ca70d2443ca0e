"""The register in bulk, for imports: who has these keys, what is known of them, and a chunk's changes in one go."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from services.chassis.db import Connection
from services.lead_gen.domain.matching import LeadFacts, Plan
from services.lead_gen.domain.places import PLACE
from services.lead_gen.repository.leads import COLUMNS

_MISSING = ("",) * len(COLUMNS)
# (table, its columns) -> the rows to add, as COPY's text format has them; nothing between two tabs is NULL.
Copies = dict[tuple[str, tuple[str, ...]], str]

_OWNERS = """
SELECT 'p:' || phone AS key, lead_id FROM lead_phones WHERE phone = ANY(string_to_array($1, E'\\n'))
UNION ALL
SELECT key, lead_id FROM lead_keys WHERE key = ANY(string_to_array($2, E'\\n'))
"""
_FACTS = f"""
SELECT id, (SELECT count(*) FROM lead_phones p WHERE p.lead_id = leads.id), {", ".join(COLUMNS)}
  FROM leads WHERE id = ANY($1::uuid[])
"""  # noqa: S608 - columns of leads, constants


async def lookup(
    conn: Connection, phones: Collection[str], keys: Collection[str]
) -> tuple[dict[str, str], dict[str, LeadFacts]]:
    """(key -> id of the lead that has it, a number as `p:` and itself; id -> what is known of that lead)."""
    async with by_index(conn):
        # As one text each: encoding thousands of small ones takes longer than the look-up. None has white space.
        owners = {key: lead_id for key, lead_id in await conn.fetch(_OWNERS, "\n".join(phones), "\n".join(keys))}  # noqa: C416 - records
        found = await conn.fetch(_FACTS, list(set(owners.values()))) if owners else []
    return owners, {row["id"]: _facts(*row) for row in found}


def _facts(lead_id: str, phones: int, *cells: str | None) -> LeadFacts:
    return LeadFacts(lead_id, {name: text for name, text in zip(COLUMNS, cells, strict=True) if text}, phones)


@asynccontextmanager
async def by_index(conn: Connection) -> AsyncIterator[None]:
    """Look keys up by index, whatever PostgreSQL thinks.

    Until it has counted what an import has brought, which takes a minute and more, it keeps plans that read the whole
    register for each chunk and compare every lead with every key.
    """
    async with conn.transaction():
        await conn.execute("SET LOCAL enable_seqscan = off")
        yield


def copies(plan: Plan) -> Copies:
    """What a chunk of rows adds, as COPY text."""
    return {
        ("leads", ("id", *COLUMNS, "source")): "".join([_lead_line(lead) for lead in plan.created]),
        ("lead_phones", ("phone", "lead_id", "position")): "".join(
            [f"{phone}\t{lead_id}\t{position}\n" for phone, lead_id, position in plan.phones]
        ),
        ("lead_keys", ("key", "lead_id")): "".join([f"{key}\t{lead_id}\n" for key, lead_id in plan.keys]),
    }


def _lead_line(lead: LeadFacts) -> str:
    cells = "\t".join(map(lead.fields.get, COLUMNS, _MISSING))
    # Cells hold neither tabs nor line breaks; a backslash is rare, and would begin an escape.
    if "\\" in cells:
        cells = cells.replace("\\", "\\\\")
    return f"{lead.id}\t{cells}\timport\n"


def escape(cell: str) -> str:
    """A text as COPY reads it back."""
    return cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


async def write(conn: Connection, copies: Copies) -> None:
    """Add these rows. Raises asyncpg.UniqueViolationError when somebody else was faster."""
    for (table, columns), text in copies.items():
        if text:
            # Closed, because the driver leaves it to the garbage collector, which takes its time.
            with io.BytesIO(text.encode()) as source:
                await conn.copy_to_table(table, source=source, columns=columns, format="text", null="", timeout=60)


async def fill(conn: Connection, fills: dict[str, dict[str, str]]) -> None:
    """Fill the empty fields of leads; nothing is overwritten but what was derived of its place."""
    if not fills:
        return
    columns = [name for name in COLUMNS if any(name in fields for fields in fills.values())]
    given = ", ".join(f"${n}::text[]" for n in range(2, len(columns) + 2))
    await conn.execute(
        f"""UPDATE leads SET {", ".join(_filled(c) for c in columns)}, updated_at = now()
              FROM unnest($1::uuid[], {given}) AS given (id, {", ".join(columns)}) WHERE leads.id = given.id""",  # noqa: S608 - columns of leads, constants
        list(fills),
        *([fields.get(column) for fields in fills.values()] for column in columns),
    )


def _filled(column: str) -> str:
    first, second = ("given", "leads") if column in PLACE else ("leads", "given")
    return f"{column} = coalesce({first}.{column}, {second}.{column})"


async def settle(conn: Connection) -> None:
    """Sort the names of an import into their index, so that a search need not read them all."""
    await conn.execute("SELECT gin_clean_pending_list('leads_name')", timeout=60)
