"""Two customers who are one: found, shown what a merge would do, merged, and taken apart again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from services.account_mgmt.actions.customer_edit import read_to_edit
from services.account_mgmt.actions.customer_list import search
from services.account_mgmt.actions.customer_merges import last_merge, merge_customers, preview_merge, undo_merge
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.desk.places import STAFF, customer_path
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for

router: APIRouter = page_router()
Text = Annotated[str, Query(max_length=100)]


@router.get("/customers/{customer_id}/merge", dependencies=STAFF)
async def look(
    request: Request, conn: Conn, who: Who, customer_id: Id, q: Text = "", gone: Id | None = None
) -> Response:
    """Look for the other one, and see what a merge would do."""
    return await _page(request, conn, who, customer_id, q=q, gone=gone)


@router.post("/customers/{customer_id}/merge", dependencies=STAFF)
async def act(request: Request, conn: Conn, who: Who, customer_id: Id, gone: Annotated[Id, Form()]) -> Response:
    """Merge the other one into this one."""
    await merge_customers(conn, who, customer_id, gone)
    _ = words_for(request)
    said = _("They are one customer now. It can be undone for 30 days.")
    return await web_of(request).after(request, f"{customer_path(customer_id)}/merge", said=said)


@router.post("/customers/{customer_id}/merge/undo", dependencies=STAFF)
async def undo(request: Request, conn: Conn, who: Who, customer_id: Id, merge_id: Annotated[Id, Form()]) -> Response:
    """Take the two apart again."""
    merge = await undo_merge(conn, who, merge_id)
    _ = words_for(request)
    said = _("They are two customers again.")
    other = merge.gone if customer_id == merge.kept else customer_id
    return await web_of(request).after(request, f"{customer_path(other)}/story", said=said)


async def _page(
    request: Request, conn: Connection, who: Principal, customer_id: str, *, q: str, gone: str | None
) -> Response:
    now = datetime.now(UTC)
    kept, _ = await read_to_edit(conn, who, customer_id)
    context: dict[str, Any] = {"kept": kept, "chosen": customer_id, "q": q, "preview": None, "refused": None}
    context["found"] = [one for one in (await search(conn, q, now)).customers if one.id != customer_id] if q else []
    if gone is not None:
        try:
            context["preview"] = await preview_merge(conn, who, customer_id, gone)
        except DomainError as error:
            context["refused"] = error
    context |= {"last": await last_merge(conn, customer_id, now), "bar": await read_bar(conn, who, now)}
    return web_of(request).pages.answer(request, "customer_merge.j2", **context)
