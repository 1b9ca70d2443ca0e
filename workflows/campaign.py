"""Tier 1: feed a campaign's best leads to the callers, at the pace callers and managers can take them.

Every tick asks the tier to enrol a batch (the rules of pace live there, next to the records); the leads'
own workflows are started through the outbox, so a campaign of any size keeps a short history.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import LOCAL
    from workflows.contracts import ids
    from workflows.contracts.lead_gen import (
        CampaignChanged,
        CampaignInput,
        CampaignResult,
        EnrolBatch,
        Enrolled,
        LeadGenActivities,
    )
    from workflows.deadlines import must_continue_as_new
    from workflows.inbox import Inbox
    from workflows.visibility import Shown, Story


LOOKS_AGAIN = "looks-again-before-it-ends"


@workflow.defn(name="Campaign")
class Campaign:
    """One campaign, from its start to its last lead."""

    @workflow.init
    def __init__(self, start: CampaignInput) -> None:
        self._campaign = start
        self._tick = start.tick
        self._enrolled = start.enrolled
        self._key = f"{ids.campaign(start.campaign_id)}:{start.round}"
        self._inbox = Inbox()
        self._story = Story(f"Campaign {start.campaign_name or start.campaign_id}")
        self._shown = Shown()

    @workflow.run
    async def run(self, start: CampaignInput) -> CampaignResult:
        """Enrol a batch, wait for the next tick or a supervisor's word, until no lead is left."""
        while True:
            batch = await self._enrol()
            # Started again in the moment in which it ended: it looks once more.
            if batch.finished and (self._inbox.empty or not workflow.patched(LOOKS_AGAIN)):
                return CampaignResult(enrolled=self._enrolled)
            await self._inbox.next(None if batch.paused else batch.next_tick_at, "Next look at the campaign")
            if must_continue_as_new(inbox_empty=self._inbox.empty):
                workflow.continue_as_new(start.model_copy(update={"tick": self._tick, "enrolled": self._enrolled}))

    async def _enrol(self) -> Enrolled:
        self._tick += 1
        request = EnrolBatch(
            key=ids.key(self._key, "tick", self._tick), campaign_id=self._campaign.campaign_id, tick=self._tick
        )
        batch = await workflow.execute_local_activity_method(
            LeadGenActivities.enrol_batch, request, summary=f"Enrol the next leads (look {self._tick})", **LOCAL
        )
        self._enrolled += batch.count
        if batch.count or batch.paused or batch.finished:
            self._story.tell(
                f"{'Paused. ' if batch.paused else ''}{batch.count} enrolled, {batch.in_flight} in cold calling, "
                f"{batch.waiting} wait for tier 2"
            )
        return batch

    @workflow.signal
    def changed(self, answer: CampaignChanged) -> None:
        """A supervisor changed the campaign: look at it now."""
        self._inbox.put(answer)
