"""Starting what failed again from its record, by the tier's own outbox: as it began."""

from __future__ import annotations

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.sentences import said
from services.lead_gen.actions.workflow_starts import campaign_start, cold_call_start
from services.lead_gen.repository import campaigns, enrolment
from services.lead_gen.repository.policies import policies

NOT_OPEN = "nothing to do: its record is not open any more"


async def call_from_the_beginning(conn: Connection, lead_id: str) -> str:
    """Call the lead from the beginning, in a round of its own, like one that was just enrolled. Says what it did."""
    begun = await enrolment.begin_round(conn, lead_id)
    if begun is None:
        return NOT_OPEN
    lead, campaign_id = begun
    await work_items.cancel_for_lead(conn, lead_id, kinds=["call"], result="restarted")
    campaign = await campaigns.get(conn, campaign_id)
    version, policy = await policies.current(conn)
    start = cold_call_start(lead, campaign, version, policy)
    await outbox.start(conn, start, event_id=f"enrol:{lead.id}:{lead.rounds}")
    return said("the lead is called again from the beginning")


async def feed_callers_again(conn: Connection, campaign_id: str) -> str:
    """Let a campaign look at its leads again. Says what it did."""
    found = await campaigns.get(conn, campaign_id, lock=True)
    if found.state not in ("running", "paused"):
        return NOT_OPEN
    starts, _ = await campaigns.set_state(conn, campaign_id, found.state, started=True)
    await outbox.start(conn, campaign_start(found, starts), event_id=f"restart:{campaign_id}:{starts}")
    return said("the campaign goes on")
