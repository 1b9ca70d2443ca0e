"""Drafts: what a caller types into a call is kept until it is reported, even if the call is lost meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.lead_gen.actions.call_undo import undo_call
from services.lead_gen.actions.calls import held_call
from services.lead_gen.domain.call_drafts import CallDraft
from services.lead_gen.domain.call_undo import UndoneCall
from services.lead_gen.domain.script_steps import moved, walked
from services.lead_gen.domain.scripts import RenderedScript
from services.lead_gen.repository import call_drafts

BACK, TO = "back", "to:"


async def keep_draft(
    conn: Connection, item_id: str, caller: str, typed: Mapping[str, str], *, go: str = ""
) -> CallDraft:
    """Keep what was typed, also for a call that was lost since. `go` is `back` or `to:<node>` in the script.

    Raises Conflict `stale_lease` for a call that was never this caller's.
    """
    draft = await _draft(conn, item_id, caller)
    held = await held_call(conn, caller) if go else None
    script = held.script if held is not None and held.item_id == item_id else None
    path = _walk(script, draft.path, go) if script is not None else draft.path
    return await call_drafts.save(conn, draft, path=path, typed={**draft.typed, **typed})


async def walked_path(conn: Connection, item_id: str, caller: str) -> list[str] | None:
    """How far this caller has come in the call's script; none if they have no draft of it."""
    draft = await call_drafts.get(conn, item_id, caller)
    return draft.path if draft is not None else None


async def _draft(conn: Connection, item_id: str, caller: str) -> CallDraft:
    known = await call_drafts.get(conn, item_id, caller, lock=True) or await call_drafts.begin(conn, item_id, caller)
    if known is None:
        raise Conflict("This lead is not yours", code="stale_lease")
    return known


def _walk(script: RenderedScript, path: list[str], go: str) -> list[str]:
    if go == BACK:
        return walked(script, path)[:-1] or [script.start]
    return moved(script, path, go.removeprefix(TO)) if go.startswith(TO) else path


async def throw_away(conn: Connection, item_id: str, caller: str) -> None:
    """The caller wants nothing of it any more."""
    await call_drafts.drop(conn, item_id, caller)


async def give_to_supervisor(conn: Connection, item_id: str, caller: str) -> None:
    """The supervisor gets what was typed, because the lead is not this caller's any more."""
    await call_drafts.give(conn, item_id, caller)
    await publish(conn, "call_note_given", item_id=item_id)


async def drop_empty(conn: Connection, caller: str) -> None:
    """Forget the drafts of calls that this caller gave back themselves without a word."""
    await call_drafts.drop_empty(conn, caller)


async def undo_for_desk(conn: Connection, item_id: str, caller: str) -> UndoneCall:
    """Take the outcome back and give the call again, with what was reported of it as a draft. Raises as `undo_call`."""
    await call_drafts.drop_empty(conn, caller)
    undone = await undo_call(conn, item_id, caller)
    report = undone.report
    draft = await _draft(conn, item_id, caller)
    typed = {"note": report.note or report.needs, "question": report.question, "reason": report.reason}
    known = {name: text for name, text in typed.items() if text}
    await call_drafts.save(conn, draft, path=report.path, typed=known)
    return undone
