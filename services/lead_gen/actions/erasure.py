"""Erasing a person: here in one transaction, and in the other tiers as soon as each of them is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish_all
from services.lead_gen.domain.leads import Erasure, Place
from services.lead_gen.repository import audit, erasure, leads
from services.lead_gen.schemas.leads import Erase
from workflows.contracts import ids
from workflows.contracts.account_mgmt import AccountMgmtActivities
from workflows.contracts.base import Cancel
from workflows.contracts.conversion import ConversionActivities
from workflows.contracts.erasure import ERASED, ErasePerson

_ELSEWHERE: dict[str, Callable[..., Any]] = {
    "conversion": ConversionActivities.erase_person,
    "account_mgmt": AccountMgmtActivities.erase_person,
}


async def erase_lead(conn: Connection, lead_id: str, body: Erase, by: str) -> Erasure:
    """Erase names, numbers, addresses and notes, in what was merged into this lead too, and have tiers 2 and 3 do so.

    An entry of the do-not-call ledger keeps its number: nobody can honour an objection that has been forgotten.
    Figures do not change. Raises NotFound, Conflict `erased`.
    """
    lead = await leads.lock(conn, await leads.survivor(conn, lead_id))
    if lead.stage == ERASED:
        raise Conflict("This lead has already been erased", code="erased")
    audit_id = await audit.add(conn, "erase", by, lead_id=lead.id, facts=body.model_dump())
    family = await erasure.family(conn, lead.id)
    kept = await erasure.erase(conn, family)
    for one in family:
        await work_items.cancel_for_lead(conn, one, result=ERASED)
        await leads.move(conn, one, Place(tier=lead.tier, stage=ERASED, key=f"erase:{one}"))
    await publish_all(conn, "lead.changed", [{"lead_id": one} for one in family])
    await audit.complete(conn, audit_id, len(family))
    now = await leads.get(conn, lead.id)
    await _tell(conn, lead.id, family, by, now.updated_at)
    return Erasure(lead_id=lead_id, erased_at=now.updated_at, ledger_entries_kept=kept)


async def _tell(conn: Connection, lead_id: str, family: Sequence[str], by: str, at: datetime) -> None:
    """The cold calls end; what runs in another tier, that tier ends: it knows what must be finished first."""
    for one in family:
        answer = Cancel(event_id=f"erase:{one}", at=at, by=by, reason=ERASED)
        await outbox.signal(conn, ids.cold_call(one), "cancel", answer, when_missing="drop")
    for tier, activity in _ELSEWHERE.items():
        request = ErasePerson(key=f"erase:{lead_id}:{tier}", lead_ids=sorted(family), by=by, at=at)
        await outbox.report(conn, activity, request, line=f"erase:{lead_id}:{tier}", summary="Erase a person's data")
