"""Files of leads by hand: chosen, looked at, tried, imported."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from services.chassis.contacts import phones
from services.chassis.db import Connection, Pool
from services.chassis.errors import Invalid
from services.chassis.imports import jobs
from services.chassis.imports.inspection import Wish, look
from services.chassis.imports.jobs import Import, NewImport
from services.lead_gen.domain.file_columns import FileDraft, check_enough, mapping_of_choices, understood
from services.lead_gen.domain.file_pages import FileList, FilePage, RowKind, name_columns
from services.lead_gen.domain.import_file import LeadTable
from services.lead_gen.repository import file_drafts, files

KEPT = timedelta(days=1)
FILES_AT_ONCE, ROWS_AT_ONCE, MOST_DRAFTS = 30, 50, 10


async def take_file(conn: Connection, file: IO[bytes], filename: str, wish: Wish, by: str) -> str:
    """Look at a file and keep it until it is imported, a day at the most; its id. Raises Invalid, Unsupported."""
    known = await _looked_at(file, wish)
    draft_id = await file_drafts.create(conn, {**known, "filename": filename}, by)
    await file_drafts.FILES.keep(conn, draft_id, file)
    return draft_id


async def reread_file(conn: Connection, draft_id: str, wish: Wish) -> None:
    """Read a kept file in another way: as of another country, encoding or sheet. Raises NotFound, Invalid."""
    draft = await file_drafts.get(conn, draft_id, lock=True)
    with TemporaryFile() as file:
        await file_drafts.FILES.spool(conn, draft_id, file)
        file.seek(0)
        known = await _looked_at(file, wish)
    await file_drafts.reread(conn, draft_id, {**known, "filename": draft.filename})


async def _looked_at(file: IO[bytes], wish: Wish) -> dict[str, Any]:
    if not phones.known_region(wish.region):
        raise Invalid("Choose the country that numbers without a country code are of", field="default_region")
    # Other requests go on meanwhile.
    known = await asyncio.to_thread(look, file, wish, LeadTable())
    mapping = understood(known["header"], known["rows"], wish.region)
    return {**known, "mapping": mapping, "default_region": wish.region}


async def read_draft(conn: Connection, draft_id: str) -> FileDraft:
    """A file that is kept. Raises NotFound."""
    return await file_drafts.get(conn, draft_id)


async def try_file(conn: Connection, draft_id: str, chosen: Mapping[int, str], by: str) -> str:
    """Give every verdict and change nothing; the id of the dry run. Raises NotFound, Invalid about a column."""
    draft = await _chosen(conn, draft_id, chosen)
    import_id = await _import(conn, draft, by, dry_run=True)
    await file_drafts.mark_tried(conn, draft_id, import_id)
    return import_id


async def import_file(conn: Connection, draft_id: str, chosen: Mapping[int, str], by: str) -> str:
    """Import a kept file; the import's id. Raises NotFound, Invalid about a column."""
    draft = await _chosen(conn, draft_id, chosen)
    import_id = await _import(conn, draft, by, dry_run=False)
    await file_drafts.forget(conn, draft_id)
    return import_id


async def _chosen(conn: Connection, draft_id: str, chosen: Mapping[int, str]) -> FileDraft:
    """The file, its columns being what a person says; with nothing said they stay as they are."""
    draft = await file_drafts.get(conn, draft_id, lock=True)
    if not chosen:
        check_enough(draft.mapping)
        return draft
    mapping = mapping_of_choices(draft, chosen)
    await file_drafts.remap(conn, draft_id, mapping)
    return draft.model_copy(update={"mapping": mapping})


async def _import(conn: Connection, draft: FileDraft, by: str, *, dry_run: bool) -> str:
    new = NewImport(**{name: getattr(draft, name) for name in NewImport.model_fields if name in FileDraft.model_fields}
                    | {"dry_run": dry_run, "created_by": by})  # fmt: skip
    import_id = await jobs.create(conn, new)
    await file_drafts.give_to(conn, draft.id, import_id)
    return import_id


async def drop_file(conn: Connection, draft_id: str) -> None:
    """Do not import it. Raises NotFound."""
    await file_drafts.get(conn, draft_id, lock=True)
    await file_drafts.forget(conn, draft_id)


async def call_off(conn: Connection, import_id: str) -> Import:
    """Read no further: what was taken stays. Raises NotFound, Conflict for one that is over."""
    return await jobs.cancel(conn, import_id)


async def list_files(conn: Connection, before: tuple[datetime, str] | None) -> FileList:
    """Files, the newest first; those that wait for their import stand before all."""
    found = await files.page(conn, FILES_AT_ONCE + 1, before)
    drafts = await file_drafts.page(conn, MOST_DRAFTS) if before is None else []
    return FileList(drafts=drafts, files=found[:FILES_AT_ONCE], more=len(found) > FILES_AT_ONCE)


async def last_region(conn: Connection) -> str:
    """The country of the last file, which is most likely that of the next."""
    found = await files.page(conn, 1, None)
    return found[0].default_region if found else "UA"


async def read_file(
    conn: Connection, import_id: str, verdict: RowKind | None, after: int, *, named: bool = True
) -> FilePage:
    """A file with its rows behind row `after`, of one verdict if asked for; `named`: also whom a rejected row is about.

    Raises NotFound.
    """
    file = await jobs.get(conn, import_id)
    names = name_columns(file.mapping) if named else []
    rows = await files.rows_of(conn, import_id, verdict=verdict, names=names, limit=ROWS_AT_ONCE + 1, after=after)
    more = len(rows) > ROWS_AT_ONCE
    return FilePage(
        file=file,
        rows=rows[:ROWS_AT_ONCE],
        verdict=verdict,
        next_line=rows[ROWS_AT_ONCE - 1].line if more else None,
        draft=await file_drafts.tried_by(conn, import_id) if file.dry_run else None,
    )


async def forget_files(pool: Pool) -> None:
    """A sweep: files that nobody imported are not kept."""
    async with pool.acquire() as conn:
        await file_drafts.forget_older(conn, KEPT)
