"""The campaign's pace, pause, end and continue-as-new."""

from __future__ import annotations

import pytest

from tests.workflows.tiers import Tiers
from workflows import deadlines
from workflows.campaign import Campaign
from workflows.contracts import ids, queues
from workflows.contracts.lead_gen import CampaignChanged, CampaignInput, EnrolBatch, Enrolled


async def start(tiers: Tiers):  # type: ignore[no-untyped-def]
    return await tiers.client.start_workflow(
        Campaign.run,
        CampaignInput(campaign_id=tiers.lead_id),
        id=ids.campaign(tiers.lead_id),
        task_queue=queues.LEAD_GEN,
    )


async def test_a_campaign_enrols_at_every_tick(tiers: Tiers) -> None:
    await start(tiers)
    await tiers.lead_gen.nth(EnrolBatch)
    await tiers.pass_time(minutes=16)
    batches = tiers.lead_gen.of(EnrolBatch)
    assert [batch.tick for batch in batches] == [1, 2, 3, 4]
    assert len({batch.key for batch in batches}) == 4


async def test_a_paused_campaign_waits_for_its_supervisor(tiers: Tiers) -> None:
    paused_until = await tiers.later(minutes=5)
    tiers.lead_gen.answers[EnrolBatch] = lambda _: Enrolled(
        count=0, in_flight=3, next_tick_at=paused_until, paused=True
    )
    handle = await start(tiers)
    await tiers.lead_gen.nth(EnrolBatch)
    await tiers.pass_time(days=2)
    assert len(tiers.lead_gen.of(EnrolBatch)) == 1
    await handle.signal(Campaign.changed, CampaignChanged(**await tiers.answer()))
    await tiers.lead_gen.nth(EnrolBatch, 2)


async def test_a_campaign_without_leads_left_is_finished(tiers: Tiers) -> None:
    now = await tiers.later()
    tiers.lead_gen.answers[EnrolBatch] = lambda _: Enrolled(count=2, in_flight=0, next_tick_at=now, finished=True)
    handle = await start(tiers)
    assert (await handle.result()).enrolled == 2


async def test_a_long_campaign_continues_as_new_without_losing_count(
    tiers: Tiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "CONTINUE_AFTER_EVENTS", 40)
    handle = await start(tiers)
    await tiers.lead_gen.nth(EnrolBatch)
    await tiers.pass_time(minutes=118)
    ticks = [batch.tick for batch in tiers.lead_gen.of(EnrolBatch)]
    assert ticks == list(range(1, len(ticks) + 1))
    assert len(ticks) >= 24
    now = await tiers.client.get_workflow_handle(handle.id).describe()
    assert now.run_id != handle.first_execution_run_id
    end = await tiers.later(minutes=1)
    tiers.lead_gen.answers[EnrolBatch] = lambda _: Enrolled(count=0, in_flight=0, next_tick_at=end, finished=True)
    await tiers.pass_time(minutes=5)
    result = await tiers.client.get_workflow_handle_for(Campaign.run, handle.id).result()
    assert result.enrolled == 5 * len(ticks)
