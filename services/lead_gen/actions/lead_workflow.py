"""Telling the workflow that runs a lead, whichever tier has it."""

from __future__ import annotations

from typing import Literal

from services.chassis import outbox
from services.chassis.db import Connection
from services.lead_gen.domain.inbound_calls import JUST_WON
from services.lead_gen.domain.leads import Lead
from workflows.contracts import ids
from workflows.contracts.base import Answer

_GIVES_ON = {"handed_over": ids.cold_call, JUST_WON: ids.conversion}


async def tell_workflow(conn: Connection, lead: Lead, signal: Literal["cancel", "do_not_call"], answer: Answer) -> None:
    """Send an answer after the commit; `lead` is as it was before. A lead that nobody works on has nobody to tell."""
    if lead.workflow_id and (lead.tier != "lead_gen" or lead.stage == "calling"):
        await outbox.signal(conn, lead.workflow_id, signal, answer, when_missing="drop")
    # The tier before may still have to begin the next one's workflow, and then it is the one that passes this on.
    if giver := _GIVES_ON.get(lead.stage):
        before = answer.model_copy(update={"event_id": f"{answer.event_id}:before"})
        await outbox.signal(conn, giver(lead.id), signal, before, when_missing="drop")
