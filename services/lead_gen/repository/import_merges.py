"""What rows of imports added to leads that were there: kept as long as the leads are, and taken back on request."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.chassis.db import Connection, to_json
from services.lead_gen.domain.matching import Addition
from services.lead_gen.repository.bulk_import import Copies, escape
from services.lead_gen.repository.leads import COLUMNS

_TABLE = ("import_merges", ("import_id", "line", "lead_id", "fields", "filled", "phones", "keys"))


def lines(import_id: str, additions: Sequence[Addition]) -> Copies:
    """The additions of a chunk as COPY text."""
    rows = [
        "\t".join([import_id, str(one.line), one.lead_id, *(escape(to_json(part)) for part in (one.fields, one.filled)),
                   _array(one.phones), _array(one.keys)])
        for one in additions
    ]  # fmt: skip
    return {_TABLE: "".join(f"{row}\n" for row in rows)}


def _array(texts: Sequence[str]) -> str:
    quoted = ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return escape("{" + ",".join(quoted) + "}")


async def open_ones(conn: Connection, import_id: str, limit: int) -> list[Addition]:
    """The last additions of an import that were not taken back yet, held for this transaction, the last row first."""
    rows = await conn.fetch(
        """SELECT line, lead_id, fields, filled, phones, keys FROM import_merges
            WHERE import_id = $1 AND undone_at IS NULL ORDER BY line DESC LIMIT $2 FOR UPDATE""",
        import_id,
        limit,
    )
    return [Addition(**dict(row)) for row in rows]


async def hold_leads(conn: Connection, lead_ids: Collection[str]) -> None:
    """Nobody else decides about these leads until the transaction ends; in the order of ids, as merges take them."""
    await conn.execute("SELECT 1 FROM leads WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", sorted(lead_ids))


async def take_phones(conn: Connection, additions: Sequence[Addition]) -> set[str]:
    """Take the added numbers away from the leads that still have them; those that were taken."""
    pairs = [(phone, one.lead_id) for one in additions for phone in one.phones]
    rows = await conn.fetch(
        """DELETE FROM lead_phones p USING unnest($1::text[], $2::uuid[]) AS given (phone, lead_id)
            WHERE p.phone = given.phone AND p.lead_id = given.lead_id RETURNING p.phone""",
        [phone for phone, _ in pairs],
        [lead_id for _, lead_id in pairs],
    )
    return {row["phone"] for row in rows}


async def take_keys(conn: Connection, additions: Sequence[Addition]) -> set[str]:
    """Take the added keys away from the leads that still have them; those that were taken."""
    pairs = [(key, one.lead_id) for one in additions for key in one.keys]
    rows = await conn.fetch(
        """DELETE FROM lead_keys k USING unnest($1::text[], $2::uuid[]) AS given (key, lead_id)
            WHERE k.key = given.key AND k.lead_id = given.lead_id RETURNING k.key""",
        [key for key, _ in pairs],
        [lead_id for _, lead_id in pairs],
    )
    return {row["key"] for row in rows}


async def empty(conn: Connection, additions: Sequence[Addition]) -> None:
    """Empty the fields that were filled, unless they were changed since."""
    for name in COLUMNS:
        filled = [(one.lead_id, one.filled[name]) for one in additions if name in one.filled]
        if filled:
            await conn.execute(
                f"""UPDATE leads SET {name} = NULL, updated_at = now()
                      FROM unnest($1::uuid[], $2::text[]) AS given (id, was)
                     WHERE leads.id = given.id AND leads.{name} = given.was""",  # noqa: S608 - columns of leads, constants
                [lead_id for lead_id, _ in filled],
                [text for _, text in filled],
            )


async def mark_undone(conn: Connection, import_id: str, leads_of_lines: dict[int, str], by: str) -> None:
    """These rows' additions were taken back; each row is now told to have made this lead."""
    lines_, lead_ids = list(leads_of_lines), list(leads_of_lines.values())
    await conn.execute(
        "UPDATE import_merges SET undone_at = now(), undone_by = $3 WHERE import_id = $1 AND line = ANY($2)",
        import_id,
        lines_,
        by,
    )
    await conn.execute(
        """UPDATE import_rows r SET lead_id = given.lead_id, reason = concat_ws('; ', r.reason, 'the merge was undone')
             FROM unnest($2::int[], $3::uuid[]) AS given (line, lead_id)
            WHERE r.import_id = $1 AND r.line = given.line""",
        import_id,
        lines_,
        lead_ids,
    )
