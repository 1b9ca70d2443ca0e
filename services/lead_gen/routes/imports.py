"""Imports of leads."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Id, Who, allow
from services.chassis.imports.routes import import_router
from services.lead_gen.actions.import_undo import undo_import_merges
from services.lead_gen.domain.import_file import LeadTable
from services.lead_gen.schemas.import_undo import ImportUndo

router: APIRouter = import_router(LeadTable(), "Import a file of leads")


@router.post(
    "/imports/{import_id}/undo-merges", dependencies=[allow("supervisor")], summary="Undo the merges of an import"
)
async def undo_merges(conn: Conn, who: Who, import_id: Id) -> ImportUndo:
    """Each merged row becomes a lead of its own again, with the numbers that it brought; a second time finds nothing.

    409 `wrong_state` while the import is not over.
    """
    return await undo_import_merges(conn, import_id, who.person)
