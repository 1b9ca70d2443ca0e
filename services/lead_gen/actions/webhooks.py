"""What other programs are told of a call: the lead goes to tier 2, or may not be called any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.chassis.webhooks import announce, take_back
from services.lead_gen.domain.calls import NewCall
from services.lead_gen.schemas.webhooks import LeadDoNotCall, LeadHandedOver
from workflows.contracts.lead_gen import CallOutcome


async def tell_others(
    conn: Connection, call: NewCall, at: datetime, *, key: str, hold: timedelta = timedelta(0)
) -> None:
    """Announce what a call has led to, after `hold`: until then its caller may take it back."""
    outcome = call.report.outcome
    if outcome is CallOutcome.DO_NOT_CALL:
        await announce(conn, LeadDoNotCall(lead_id=call.lead_id, by=call.caller), key=key, at=at, hold=hold)
    elif call.report.hands_over:
        data = LeadHandedOver(
            lead_id=call.lead_id,
            reason="hard_question" if outcome is CallOutcome.HARD_QUESTION else "interested",
            campaign_id=call.campaign_id,
            by=call.caller,
        )
        await announce(conn, data, key=key, at=at, hold=hold)


async def untell_others(conn: Connection, key: str) -> None:
    """The call was taken back while it was held."""
    await take_back(conn, [LeadHandedOver, LeadDoNotCall], key=key)
