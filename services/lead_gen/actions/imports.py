"""How tier 1 takes a file of leads: decided in memory, each chunk from the plan of the one before it (ADR 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.db import Connection, Pool, new_ids
from services.chassis.imports import jobs, runner
from services.chassis.webhooks import announce
from services.lead_gen.actions.import_ledger import enter_forbidden, forbidden_in
from services.lead_gen.actions.places import move_waiting_calls
from services.lead_gen.domain.import_do_not_call import Forbidden
from services.lead_gen.domain.import_rows import Row, RowReader
from services.lead_gen.domain.matching import Matcher, Plan, counts
from services.lead_gen.domain.places import PLACE
from services.lead_gen.repository import bulk_import, clock, duplicates, import_merges, imports
from services.lead_gen.repository.bulk_import import Copies
from services.lead_gen.schemas.webhooks import ImportFinished

PLACED = frozenset(PLACE)
_IDS_AT_ONCE = 256


@dataclass(frozen=True)
class Decided:
    """A chunk whose rows have their verdicts, ready to be written."""

    matcher: Matcher
    copies: Copies
    verdicts: Copies
    forbidden: list[Forbidden] = field(default_factory=list)


class LeadImporter(runner.Importer[Row, Decided]):
    """Leads from the exports of other systems. A dry run remembers what it would have made."""

    chunk_rows = 1_000
    decides_ahead = True
    reads_apart = "services.lead_gen.domain.import_rows:packed_reader"

    def reader(self) -> Callable[[int, Sequence[str]], Row]:
        """Rows by the file's mapping."""
        return RowReader(self.job.mapping, self.job.default_region).read

    def unpack(self, line: int, cells: Sequence[str], packed: Any) -> Row:
        """As `RowReader` packed it."""
        return Row(line, cells, *packed)

    def unreadable(self, line: int, cells: Sequence[str], reason: str) -> Row:
        """A row with a problem."""
        return Row(line, cells, problem=reason)

    async def decide(self, conn: Connection, chunk: list[Row], before: Decided | None) -> Decided:
        """Match each row with the register, with the chunk before, and with the rows before it."""
        phones = {phone for row in chunk for phone in row.phones}
        keys = {key for row in chunk for key in row.keys}
        everything = keys.union(f"p:{phone}" for phone in phones)
        owners, known = await bulk_import.lookup(conn, phones, keys)
        if self.job.dry_run:
            more, stand_ins = await imports.dry_owners(conn, self.job.id, everything)
            owners, known = more | owners, stand_ins | known
        matcher = Matcher(owners, known, new_ids(_IDS_AT_ONCE), dry=self.job.dry_run)
        if before is not None:
            matcher.follow(before.matcher, everything)

        def take() -> Decided:
            for row in chunk:
                matcher.take(row)
            verdicts = imports.verdict_lines(self.job, matcher.plan.verdicts)
            return Decided(matcher, self._changes(matcher.plan), verdicts, forbidden_in(self.job, chunk))

        # In a thread, so that the event loop is free to keep PostgreSQL busy.
        return await asyncio.to_thread(take)

    def _changes(self, plan: Plan) -> Copies:
        if self.job.dry_run:
            return imports.dry_copies(self.job.id, plan)
        return bulk_import.copies(plan) | import_merges.lines(self.job.id, plan.additions)

    async def write(self, conn: Connection, plan: Decided) -> None:
        """New leads, filled gaps, and pairs that may be duplicates."""
        decided = plan.matcher.plan
        await bulk_import.write(conn, plan.copies)
        if self.job.dry_run:
            await imports.fill_dry(conn, self.job.id, decided.fills)
        else:
            await bulk_import.fill(conn, decided.fills)
            await move_waiting_calls(
                conn, [lead_id for lead_id, fields in decided.fills.items() if PLACED & set(fields)]
            )
            await enter_forbidden(conn, self.job, plan.forbidden)
            await duplicates.offer(conn, [(*pair, 1.0, reason) for pair, reason in decided.offers.items()])

    async def write_verdicts(self, conn: Connection, plan: Decided) -> None:
        """By COPY, as the leads are."""
        await bulk_import.write(conn, plan.verdicts)

    def counts(self, plan: Decided) -> Mapping[str, int]:
        """How many rows of each verdict."""
        return counts(plan.matcher.plan.verdicts)

    async def finish(self, conn: Connection) -> None:
        """Other programs are told, and what a dry run would have made is not needed any more."""
        await imports.forget_dry(conn, self.job.id)
        done = await jobs.get(conn, self.job.id)
        data = {"import_id": done.id, "state": done.state, "dry_run": done.dry_run, "rows": done.rows}
        await announce(conn, ImportFinished.model_validate(data), key=done.id, at=await clock.now(conn))

    async def tidy_up(self, conn: Connection) -> None:
        """A search for names need not read what the import has put aside."""
        if not self.job.dry_run:
            await bulk_import.settle(conn)


async def run_imports(pool: Pool) -> None:
    """A periodic job: work on the oldest unfinished import until none is left."""
    await runner.run_imports(pool, LeadImporter)
