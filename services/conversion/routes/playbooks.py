"""Playbooks: written by the supervisor, tried by everybody who uses them."""

from __future__ import annotations

from services.chassis.errors import NotFound
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.actions.kinds import PLAYBOOK
from services.conversion.actions.playbooks import save_playbook, try_playbook
from services.conversion.repository import playbooks
from services.conversion.schemas.playbooks import NewPlaybook, PlaybookPreview, PlaybookView

router = new_router(tags=["playbooks"])
_STAFF = allow("manager", SUPERVISOR)
_SUPERVISOR = allow(SUPERVISOR)


@router.get("/playbooks", dependencies=[_STAFF], summary="Playbooks")
async def list_playbooks(conn: Conn, pager: Pager) -> Page[PlaybookView]:
    """The newest version of each, by name."""
    cursor = pager.cursor(1)
    found = await playbooks.newest(conn, pager.limit + 1, cursor[0] if cursor else None)
    items = [PlaybookView.model_validate(one.model_dump()) for one in found]
    return Page.of(items, pager.limit, key=lambda one: (one.name,))


@router.get("/playbooks/{playbook_id}", dependencies=[_STAFF, tagged()], summary="One version of a playbook")
async def get_playbook(playbook_id: Id, conn: Conn) -> PlaybookView:
    """With its steps."""
    return PlaybookView.model_validate((await playbooks.get(conn, playbook_id)).model_dump())


async def _named(body: NewPlaybook, conn: Conn) -> PlaybookView:
    found = await playbooks.find(conn, body.name)
    if found is None:
        raise NotFound("there is no such playbook")
    return PlaybookView.model_validate(found.model_dump())


_NEXT = if_match(_named, PLAYBOOK, lambda given: given["body"].name, makes=True)


@router.post("/playbooks", status_code=201, dependencies=[_SUPERVISOR, _NEXT], summary="Write a playbook")
async def add_playbook(body: NewPlaybook, conn: Conn, who: Who) -> PlaybookView:
    """The next version of its name; 422 with everything that is wrong at once.

    `If-Match` takes the tag of its newest version.
    """
    return PlaybookView.model_validate((await save_playbook(conn, body, who)).model_dump())


@router.post("/playbooks/{playbook_id}/preview", dependencies=[_STAFF], summary="Who would enter, and what follows")
async def preview_playbook(playbook_id: Id, conn: Conn, who: Who) -> PlaybookPreview:
    """Deals of the last 30 days against its entry rules, and the main track's times from now on."""
    return PlaybookPreview.of(await try_playbook(conn, playbook_id, who))
