"""Mail templates: written by the supervisor, previewed by everybody who uses them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response, UploadFile

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, file_name, if_match, new_router, tagged
from services.chassis.mail import Attachment
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.actions.kinds import TEMPLATE
from services.conversion.actions.templates import (
    LARGEST_FILE,
    preview_template,
    put_file,
    remove_file,
    save_template,
    versions_of,
)
from services.conversion.repository import templates
from services.conversion.schemas.templates import NewTemplate, PackView, TemplateDetail, TemplatePreview, TemplateView

router = new_router(tags=["playbooks"])
_STAFF = allow("manager", SUPERVISOR)
_SUPERVISOR = allow(SUPERVISOR)
Name = Annotated[str, Path(max_length=100)]


@router.get("/templates", dependencies=[_STAFF], summary="Mail templates")
async def list_templates(conn: Conn, pager: Pager) -> Page[TemplateView]:
    """The newest version of each language."""
    cursor = pager.cursor(2)
    found = await templates.newest(conn, pager.limit + 1, (cursor[0], cursor[1]) if cursor else None)
    items = [TemplateView.model_validate(one.model_dump()) for one in found]
    return Page.of(items, pager.limit, key=lambda one: (one.name, one.language))


@router.get("/templates/{name}", dependencies=[_STAFF, tagged()], summary="One template with its files")
async def get_template(name: Name, conn: Conn) -> TemplateDetail:
    """The newest version of each language."""
    items = [TemplateView.model_validate(one.model_dump()) for one in await versions_of(conn, name)]
    files = [PackView.model_validate(file.model_dump()) for file in await templates.pack(conn, name)]
    return TemplateDetail(name=name, items=items, files=files)


async def _named(body: NewTemplate, conn: Conn) -> TemplateDetail:
    return await get_template(body.name, conn)


_NEXT = if_match(_named, TEMPLATE, lambda given: given["body"].name, makes=True)


@router.post("/templates", status_code=201, dependencies=[_SUPERVISOR, _NEXT], summary="Write a mail template")
async def add_template(body: NewTemplate, conn: Conn, who: Who) -> TemplateView:
    """The next version in its language. 422 names fields that do not exist.

    `If-Match` takes the tag of `GET /templates/{name}`.
    """
    saved = await save_template(conn, body, who)
    return TemplateView.model_validate(saved.model_dump())


_EDITS = [_SUPERVISOR, if_match(get_template, TEMPLATE, "name")]


@router.post("/templates/{name}/files", status_code=201, dependencies=_EDITS, summary="Add an information pack")
async def add_file(name: Name, file: UploadFile, conn: Conn, who: Who) -> TemplateDetail:
    """A PDF, PNG or JPEG of at most 2 MB goes with every mail of this template; the same name again replaces it."""
    content = await file.read(LARGEST_FILE + 1)
    await put_file(conn, name, Attachment(file_name(file, "file")[-100:], file.content_type or "", content), who)
    return await get_template(name, conn)


@router.delete("/templates/{name}/files/{file}", status_code=204, dependencies=_EDITS, summary="Remove a file")
async def delete_file(name: Name, file: Annotated[str, Path(max_length=100)], conn: Conn) -> Response:
    """404 if there is none of that name."""
    await remove_file(conn, name, file)
    return Response(status_code=204)


@router.get("/templates/{name}/preview", dependencies=[_STAFF], summary="A template as a lead would get it")
async def preview(
    name: Name,
    conn: Conn,
    who: Who,
    deal_id: Annotated[Id | None, Query(description="Whose fields; an example's, if not given.")] = None,
    language: Annotated[str | None, Query(pattern="^[a-z]{2}$", description="The lead's, if not given.")] = None,
    without: Annotated[list[str], Query(max_length=20, description="Fields to take for unknown.")] = [],  # noqa: B006 - FastAPI copies it
) -> TemplatePreview:
    """With a deal's fields, or an example's; `missing` names those that nobody knows. 422 names unknown ones."""
    return TemplatePreview.model_validate(
        (await preview_template(conn, name, deal_id, language, who, without)).model_dump()
    )
