"""Tier 2: a playbook's steps fall due by the workflow's timer, and never without a pause."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.test_conversion import Handle, accept, win
from tests.workflows.tiers import Tiers
from workflows.contracts.conversion import (
    Accepted,
    OfferDeal,
    PlaybookPlanned,
    PlaybookStepDone,
    RemindDeal,
    RunPlaybookStep,
)
from workflows.conversion.workflow import Conversion


async def test_a_playbook_runs_by_the_workflows_timer_until_it_has_no_more_steps(tiers: Tiers) -> None:
    now = await tiers.env.get_current_time()
    times = iter([now + timedelta(days=3, hours=1), now + timedelta(days=6, hours=1), None])
    tiers.conversion.answers[RunPlaybookStep] = lambda _: PlaybookStepDone(what="mail pack", due_at=next(times))
    handle = await tiers.start_conversion()
    offer = await tiers.conversion.nth(OfferDeal)
    accepted = Accepted(**await tiers.answer("manager-1"), item_id=offer.key, next_action_at=now + timedelta(days=90))
    await handle.signal(Conversion.accepted, accepted)
    planned = PlaybookPlanned(**await tiers.answer("manager-1"), due_at=now + timedelta(hours=1))
    await handle.signal(Conversion.playbook_planned, planned)
    await tiers.pass_time(days=10)
    assert len(tiers.conversion.of(RunPlaybookStep)) == 3
    await tiers.pass_time(days=30)
    assert len(tiers.conversion.of(RunPlaybookStep)) == 3
    await win(tiers, handle)
    await handle.result()


async def test_a_playbook_that_was_stopped_does_nothing_more(tiers: Tiers) -> None:
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    planned = PlaybookPlanned(**await tiers.answer("manager-1"), due_at=await tiers.later(hours=5))
    await handle.signal(Conversion.playbook_planned, planned)
    await tiers.pass_time(hours=1)
    await handle.signal(Conversion.playbook_planned, PlaybookPlanned(**await tiers.answer("playbook")))
    await tiers.pass_time(hours=9)
    assert not tiers.conversion.of(RunPlaybookStep)
    await win(tiers, handle)
    await handle.result()


async def planned_playbook(tiers: Tiers, handle: Handle, **due: float) -> None:
    """A playbook's step is due after `due`, the deal's own next step two days later."""
    due_at = await tiers.later(**due)
    planned = PlaybookPlanned(
        **await tiers.answer("manager-1"), due_at=due_at, next_action_at=due_at + timedelta(days=2)
    )
    await handle.signal(Conversion.playbook_planned, planned)


async def test_while_a_playbook_works_the_deals_own_step_is_overdue_only_after_the_playbooks(tiers: Tiers) -> None:
    now = await tiers.env.get_current_time()
    tiers.conversion.answers[RunPlaybookStep] = lambda _: PlaybookStepDone(
        what="call", next_action_at=now + timedelta(days=9)
    )
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await planned_playbook(tiers, handle, days=5)
    await tiers.pass_time(days=8)
    assert len(tiers.conversion.of(RunPlaybookStep)) == 1
    assert not tiers.conversion.of(RemindDeal)
    await tiers.pass_time(days=2)
    await tiers.conversion.nth(RemindDeal)
    await win(tiers, handle)
    await handle.result()


async def test_a_tier_whose_clock_is_behind_is_not_asked_for_a_step_without_a_pause(tiers: Tiers) -> None:
    """Mautic 7057: an event is rescheduled over and over, hundreds of rows a second."""
    now = await tiers.env.get_current_time()
    answers = iter([*(PlaybookStepDone(due_at=now) for _ in range(5)), PlaybookStepDone()])
    tiers.conversion.answers[RunPlaybookStep] = lambda _: next(answers)
    handle = await tiers.start_conversion()
    await accept(tiers, handle)
    await planned_playbook(tiers, handle, hours=1)
    await tiers.pass_time(hours=3)
    assert len(tiers.conversion.of(RunPlaybookStep)) == 6
    events = (await handle.fetch_history()).events
    timers = [e.timer_started_event_attributes for e in events if e.HasField("timer_started_event_attributes")]
    # One that waits for the playbook's time, and one before each of the looks that followed.
    assert sum(timer.start_to_fire_timeout.ToTimedelta() >= timedelta(seconds=1) for timer in timers) >= 6
    await win(tiers, handle)
    await handle.result()
