"""Starting what failed again from its record, by the tier's own outbox: as it began."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.outbox import rows
from services.chassis.outbox.rows import OutboxRow
from services.chassis.sentences import said
from services.lead_gen.actions.workflow_starts import campaign_start, cold_call_start
from services.lead_gen.domain.cadence import ends_the_round
from services.lead_gen.repository import calls, campaigns, enrolment
from services.lead_gen.repository.policies import policies
from workflows.contracts.lead_gen import CallAnswered

# A workflow listens to answers of the call that it has opened.
FIRST = 1


async def call_from_the_beginning(conn: Connection, lead_id: str) -> str | None:
    """Call the lead from the beginning, in a round of its own, like one that was just enrolled.

    Says what it did; none if the lead is not in cold calling any more.
    """
    begun = await enrolment.begin_round(conn, lead_id)
    if begun is None:
        return None
    lead, campaign_id = begun
    await work_items.cancel_for_lead(conn, lead_id, kinds=["call"], result="restarted")
    campaign = await campaigns.get(conn, campaign_id)
    version, policy = await policies.current(conn)
    start = cold_call_start(lead, campaign, version, policy)
    decided = _decided(await rows.drop_unheard(conn, start.id))
    await outbox.start(conn, start, event_id=f"enrol:{lead.id}:{lead.rounds}")
    if decided is None and await calls.promise_to(conn, lead_id) is not None:
        return said("the lead is called back when it was promised, and from the beginning after that")
    if decided is None:
        return said("the lead is called again from the beginning")
    again = decided.model_copy(update={"event_id": f"{decided.event_id}:{lead.rounds}", "attempt": FIRST})
    await outbox.signal(conn, start.id, "call_answered", again)
    return said("the lead is not called again: what came of its last call is passed on")


def _decided(unheard: Sequence[OutboxRow]) -> CallAnswered | None:
    """What the last call came to that nobody heard of, if no other call follows from it."""
    answers = [CallAnswered.model_validate(one.payload) for one in unheard if one.signal == "call_answered"]
    return answers[-1] if answers and ends_the_round(answers[-1]) else None


async def feed_callers_again(conn: Connection, campaign_id: str) -> str | None:
    """Let a campaign look at its leads again. Says what it did; none if it is over."""
    found = await campaigns.get(conn, campaign_id, lock=True)
    if found.state not in ("running", "paused"):
        return None
    starts, _ = await campaigns.set_state(conn, campaign_id, found.state, started=True)
    await outbox.start(conn, campaign_start(found, starts), event_id=f"restart:{campaign_id}:{starts}")
    return said("the campaign goes on")
