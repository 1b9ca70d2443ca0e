"""Imports: verdicts of a file's rows as COPY text, and what a dry run would have created."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.db import Connection, to_json
from services.chassis.imports.jobs import ImportJob
from services.lead_gen.domain.matching import LeadFacts, Plan, Verdict
from services.lead_gen.domain.places import PLACE
from services.lead_gen.repository.bulk_import import Copies, by_index, escape


def verdict_lines(job: ImportJob, verdicts: list[Verdict]) -> Copies:
    """The verdicts of a chunk as COPY text."""
    lines = []
    for v in verdicts:
        original = escape(to_json([cell.replace("\0", "") for cell in v.original])) if v.original is not None else ""
        reason = escape(v.reason) if v.reason else ""
        lines.append(f"{job.id}\t{v.line}\t{v.verdict}\t{reason}\t{v.lead_id or ''}\t{original}\n")
    return {("import_rows", ("import_id", "line", "verdict", "reason", "lead_id", "original")): "".join(lines)}


async def dry_owners(
    conn: Connection, import_id: str, keys: Iterable[str]
) -> tuple[dict[str, str], dict[str, LeadFacts]]:
    """What earlier rows of a dry run would have made: owners of keys, and stand-ins for their leads."""
    async with by_index(conn):
        rows = await conn.fetch(
            "SELECT key, lead_id FROM import_dry_keys WHERE import_id = $1 AND key = ANY($2)", import_id, list(keys)
        )
        found = {row["key"]: row["lead_id"] for row in rows}
        leads = await conn.fetch(
            "SELECT key, lead_id, filled FROM import_dry_keys WHERE import_id = $1 AND key = ANY($2)",
            import_id,
            [f"l:{lead_id}" for lead_id in set(found.values())],
        )
    known = {
        row["lead_id"]: LeadFacts(id=row["lead_id"], fields=dict(row["filled"]), phones=0, dry=True) for row in leads
    }
    return {key: lead_id for key, lead_id in found.items() if lead_id in known}, known


def dry_copies(import_id: str, plan: Plan) -> Copies:
    """What a chunk of a dry run would have made, as COPY text: keys, and under `l:` what is known of each lead."""
    lines = [f"{import_id}\tp:{phone}\t{lead_id}\t\n" for phone, lead_id, _ in plan.phones]
    lines += [f"{import_id}\t{key}\t{lead_id}\t\n" for key, lead_id in plan.keys]
    lines += [f"{import_id}\tl:{lead.id}\t{lead.id}\t{escape(to_json(_known(lead.fields)))}\n" for lead in plan.created]
    return {("import_dry_keys", ("import_id", "key", "lead_id", "filled")): "".join(lines)}


def _known(fields: dict[str, str]) -> dict[str, str]:
    """Which fields are filled; also with what, where that decides: the tax id, and who says where it is."""
    return {name: text if name == "tax_id" or name in PLACE else "" for name, text in fields.items()}


async def fill_dry(conn: Connection, import_id: str, fills: dict[str, dict[str, str]]) -> None:
    """Remember which gaps a chunk of a dry run would have filled in leads that it would have made."""
    if fills:
        await conn.execute(
            """UPDATE import_dry_keys d SET filled = d.filled || given.filled
                 FROM unnest($2::uuid[], $3::jsonb[]) AS given (lead_id, filled)
                WHERE d.import_id = $1 AND d.key = 'l:' || given.lead_id""",
            import_id,
            list(fills),
            [_known(fields) for fields in fills.values()],
        )


async def forget_dry(conn: Connection, import_id: str) -> None:
    """What a dry run would have made is not needed any more."""
    await conn.execute("DELETE FROM import_dry_keys WHERE import_id = $1", import_id)
