"""Files of leads: one is chosen, its columns are looked at, it is tried, then imported; and what became of each."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, UploadFile
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import OWN_STAFF, Conn, ConnectionPool, Id, Who, file_name
from services.chassis.imports.rejects import rejects_csv
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for
from services.lead_gen.actions.campaigns import look_now
from services.lead_gen.actions.file_campaigns import campaigns_of_file
from services.lead_gen.actions.files import (
    KEPT,
    call_off,
    drop_file,
    import_file,
    last_region,
    list_files,
    read_draft,
    read_file,
    reread_file,
    take_file,
    try_file,
)
from services.lead_gen.actions.import_undo import undo_import_merges
from services.lead_gen.desk.cursors import place_of, read_place
from services.lead_gen.desk.file_forms import ENCODINGS, Reading, chosen_columns, countries
from services.lead_gen.desk.places import HERE, READERS, SUPERVISOR, draft_path, file_path
from services.lead_gen.domain.file_columns import columns_of
from services.lead_gen.domain.import_file import FIELDS

router: APIRouter = page_router("/desk/files")
# What stands in a file are people's numbers.
OWN: list[Any] = [*SUPERVISOR, OWN_STAFF]
Before = Annotated[str, Query(max_length=100)]
Verdict = Literal["", "accepted", "merged", "duplicate", "rejected"]
Line = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("", dependencies=READERS)
async def files_page(request: Request, conn: Conn, who: Who, before: Before = "") -> Response:
    """Every file, and the way to bring another one."""
    return await _list(request, conn, acts=not who.is_ops, before=before)


@router.get("/parts", dependencies=READERS)
async def files_parts(request: Request, conn: Conn, who: Who, before: Before = "") -> Response:
    """What changes by itself."""
    return await _list(request, conn, acts=not who.is_ops, before=before, template="files/list.j2")


@router.post("", dependencies=OWN)
async def choose(request: Request, conn: Conn, who: Who, wish: Reading, file: UploadFile) -> Response:
    """A file is looked at and kept; its columns come next."""
    try:
        async with conn.transaction():
            draft_id = await take_file(conn, file.file, file_name(file, "import"), wish, who.person)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _list(request, conn, acts=True, error=error)
    return await web_of(request).after(request, draft_path(draft_id))


async def _list(
    request: Request, conn: Connection, *, acts: bool, before: str = "", template: str = "files.j2",
    error: DomainError | None = None,
) -> Response:  # fmt: skip
    found = await list_files(conn, read_place(before))
    last = found.files[-1] if found.more else None
    context: dict[str, Any] = {"list": found, "acts": acts, "before": before}
    context |= {"next": place_of(last.created_at, last.id) if last else "", "countries": countries(request)}
    context |= {"region": await last_region(conn), "errors": field_errors(error) if error else {}, "refused": error}
    return web_of(request).pages.answer(request, template, status=error.status if error else 200, **context)


@router.get("/drafts/{draft_id}", dependencies=OWN)
async def columns_page(request: Request, conn: Conn, draft_id: Id) -> Response:
    """How the columns of a file were understood, with its first rows."""
    return await _columns(request, conn, draft_id)


@router.post("/drafts/{draft_id}/read", dependencies=OWN)
async def read_again(request: Request, conn: Conn, draft_id: Id, wish: Reading) -> Response:
    """As of another country, in another encoding, or another sheet of it."""
    await reread_file(conn, draft_id, wish)
    return await web_of(request).after(request, draft_path(draft_id), partial(_columns, request, conn, draft_id))


@router.post("/drafts/{draft_id}/try", dependencies=OWN)
async def attempt(request: Request, conn: Conn, who: Who, draft_id: Id) -> Response:
    """Every verdict, and no change."""
    return await _on(request, conn, draft_id, partial(try_file, by=who.person))


@router.post("/drafts/{draft_id}/import", dependencies=OWN)
async def take_in(request: Request, conn: Conn, who: Who, draft_id: Id) -> Response:
    """The leads come in."""
    return await _on(request, conn, draft_id, partial(import_file, by=who.person))


@router.post("/drafts/{draft_id}/drop", dependencies=OWN)
async def drop(request: Request, conn: Conn, draft_id: Id) -> Response:
    """It is not imported after all."""
    await drop_file(conn, draft_id)
    said = words_for(request)("The file is not kept. Nothing was imported.")
    return await web_of(request).after(request, f"{HERE}/files", said=said)


async def _on(request: Request, conn: Connection, draft_id: str, act: Any) -> Response:
    """Try or import it; what is refused stands beside its column, with everything that was chosen."""
    chosen = await chosen_columns(request)
    try:
        async with conn.transaction():
            import_id = await act(conn, draft_id, chosen)
    except DomainError as error:
        if is_lively(request) or error.status == 404:
            raise
        return await _columns(request, conn, draft_id, chosen, error)
    # What could not be taken is what one wants to see first.
    return await web_of(request).after(request, f"{file_path(import_id)}?verdict=rejected")


async def _columns(
    request: Request, conn: Connection, draft_id: str, chosen: dict[int, str] | None = None,
    error: DomainError | None = None,
) -> Response:  # fmt: skip
    draft = await read_draft(conn, draft_id)
    columns = [one.model_copy(update={"field": (chosen or {}).get(one.place, one.field)}) for one in columns_of(draft)]
    context: dict[str, Any] = {"draft": draft, "columns": columns, "fields": FIELDS, "encodings": ENCODINGS}
    context["kept_until"] = draft.created_at + KEPT
    context |= {"countries": countries(request), "refused": error, "errors": field_errors(error) if error else {}}
    return web_of(request).pages.answer(request, "file_columns.j2", status=error.status if error else 200, **context)


@router.get("/{import_id}", dependencies=READERS)
async def file_page(
    request: Request, conn: Conn, who: Who, import_id: Id, verdict: Verdict = "", after: Line = 0, whole: bool = False
) -> Response:
    """How far a file is, how it was understood, and what became of its rows; `whole`: with who takes its leads up."""
    return await _file(request, conn, who, import_id, verdict, after, whole=whole)


@router.get("/{import_id}/campaigns", dependencies=READERS)
async def file_campaigns(request: Request, conn: Conn, who: Who, import_id: Id) -> Response:
    """Which campaigns take its leads up, and by when."""
    found = await campaigns_of_file(conn, import_id, datetime.now(UTC))
    context: dict[str, Any] = {"taken_up": found, "file_id": import_id, "acts": not who.is_ops}
    return web_of(request).pages.answer(request, "files/campaigns.j2", **context)


@router.post("/{import_id}/campaigns/{campaign_id}/look", dependencies=SUPERVISOR)
async def look(request: Request, conn: Conn, who: Who, import_id: Id, campaign_id: Id) -> Response:
    """A campaign looks for leads now."""
    campaign = await look_now(conn, campaign_id, who.person)
    said = words_for(request)("%(name)s looks for leads now.") % {"name": campaign.name}
    show = partial(_file, request, conn, who, import_id)
    return await web_of(request).after(request, file_path(import_id), show, said=said)


@router.get("/{import_id}/parts", dependencies=READERS)
async def file_parts(
    request: Request, conn: Conn, who: Who, import_id: Id, verdict: Verdict = "", after: Line = 0
) -> Response:
    """What changes by itself."""
    return await _file(request, conn, who, import_id, verdict, after, "files/live.j2")


@router.post("/{import_id}/cancel", dependencies=SUPERVISOR)
async def cancel(request: Request, conn: Conn, who: Who, import_id: Id) -> Response:
    """Read no further."""
    await call_off(conn, import_id)
    said = words_for(request)("Called off. What was taken stays.")
    return await web_of(request).after(
        request, file_path(import_id), partial(_file, request, conn, who, import_id), said=said
    )


@router.post("/{import_id}/undo-merges", dependencies=SUPERVISOR)
async def undo_merges(request: Request, conn: Conn, who: Who, import_id: Id) -> Response:
    """What was merged with leads we had becomes leads of their own."""
    await undo_import_merges(conn, import_id, who.person)
    said = words_for(request)("The rows that were merged are leads of their own again.")
    return await web_of(request).after(
        request, file_path(import_id), partial(_file, request, conn, who, import_id), said=said
    )


@router.get("/{import_id}/rejects.csv", dependencies=OWN)
async def rejects(pool: ConnectionPool, import_id: Id) -> Response:
    """The file's own rejected rows with the reasons, to be corrected and imported again."""
    return await rejects_csv(pool, import_id)


async def _file(
    request: Request, conn: Connection, who: Principal, import_id: str, verdict: Verdict = "", after: int = 0,
    template: str = "file.j2", *, whole: bool = False,
) -> Response:  # fmt: skip
    acts = not who.is_ops
    context: dict[str, Any] = {"page": await read_file(conn, import_id, verdict or None, after, named=acts)}
    context["taken_up"] = await campaigns_of_file(conn, import_id, datetime.now(UTC)) if whole else None
    context |= {"acts": acts, "after": after, "file_id": import_id}
    return web_of(request).pages.answer(request, template, **context)
