"""The control room's one picture: what comes first, what is told once, what passed between the tiers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.lateness import Late
from services.chassis.standing import Outbox, Rate, StageCount, Standing
from services.chassis.trail import Line
from services.ops.domain.failures import Failed, as_late
from services.ops.domain.late import LateList
from services.ops.domain.room import Room, bars, gathered
from services.ops.domain.standing import TierNow
from services.ops.domain.trail import merged
from services.ops.tiers import Missing
from workflows.contracts.base import Tier

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LEAD = "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10"


def late(ref: str, hours: float, **fields: Any) -> Late:
    known = {"kind": "next_step", "tier": "conversion", "words": "w", "cause": "c", "act": "a"}
    return Late.model_validate({"ref": ref, "since": NOW - timedelta(hours=hours), **known, **fields})


def tier_2(*rates: Rate, stages: dict[str, int] | None = None) -> TierNow:
    counts = [StageCount(stage=name, count=count) for name, count in (stages or {}).items()]
    outbox = Outbox(pending=0, set_aside=0, oldest_seconds=0)
    standing = Standing(work=[], outbox=outbox, rates=list(rates), stages=counts)
    return TierNow(tier="conversion", name="tier 2", queue=None, workflows=None, standing=standing)


def rate(name: str, label: str, value: str, count: float) -> Rate:
    return Rate(name=name, help="", labels={label: value}, value=count)


def room(*items: Late, failed: list[Late] | None = None, tiers: list[TierNow] | None = None) -> Room:
    held = [late("queue:conversion", 0, kind="queue")]
    listed = LateList(held_up=held, items=list(items), missing=[Missing(what="temporal", why="away")])
    return gathered(NOW, tiers or [tier_2()], listed, failed or [], [], [Missing(what="temporal", why="away")])


def test_whole_tiers_come_first_then_the_machinery_then_the_longest_late() -> None:
    found = room(late("work:1", 5), late("outbox:1", 1, kind="set_aside"), late("work:2", 9))
    assert [one.ref for one in found.rows] == ["queue:conversion", "outbox:1", "work:2", "work:1"]
    assert found.stuck == 2
    assert [one.what for one in found.missing] == ["temporal"]


def test_a_tier_tells_what_is_stuck_from_what_is_late_and_its_rows_from_its_leads() -> None:
    found = room(
        late("outbox:1", 1, kind="set_aside", lead_id=LEAD), late("work:2", 9, lead_id=LEAD),
        late("work:3", 2), late("outbox:4", 1, kind="set_aside", tier="lead_gen"),
    )  # fmt: skip
    assert (found.stuck_of("conversion"), len(found.of_tier("conversion")), found.leads_of("conversion")) == (2, 4, 1)
    assert (found.stuck_of("lead_gen"), found.stuck_of(None), found.stuck) == (1, 3, 3)


def test_a_workflow_that_failed_is_told_once_and_started_again_from_its_record() -> None:
    failed = as_late(
        Failed(
            workflow_id=f"conversion:{LEAD}", kind="Conversion", queue="conversion", status="failed", at=NOW, why="no"
        )
    )
    assert (failed.tier, failed.lead_id, failed.does) == ("conversion", LEAD, "retry")
    assert failed.cause == "its workflow has ended (failed): no"
    found = room(late("offer:1", 2, lead_id=LEAD, by_workflow=True), late("work:1", 1, lead_id=LEAD), failed=[failed])
    assert [one.ref for one in found.rows] == ["queue:conversion", f"workflow:conversion:{LEAD}", "work:1"]
    campaign = Failed(workflow_id="campaign:1", kind="Campaign", queue="lead-gen", status="failed", at=NOW, why="")
    assert as_late(campaign).does is None


def test_what_passed_between_the_tiers_is_counted_by_what_it_began_with() -> None:
    begun = "leadrelay_deals_begun_last_day"
    rates = [rate(begun, "reason", "interested", 20), rate(begun, "reason", "hard_question", 3)]
    rates += [rate(begun, "reason", "win_back", 2), rate("leadrelay_deals_closed_last_day", "stage", "won", 5)]
    # Of a deal that goes from manager to manager everybody's acceptance is an answer, and the deal is accepted once.
    accepted = "leadrelay_deals_accepted_last_day"
    rates += [
        rate(accepted, "reason", "interested", 19),
        rate("leadrelay_hand_overs_last_day", "state", "accepted", 90),
    ]
    passed = room(tiers=[tier_2(*rates)]).passed
    assert passed is not None
    assert (passed.handed_over, passed.win_back, passed.won, passed.inbound) == (23, 2, 5, 0)
    assert passed.accepted == 19


def test_every_stage_is_drawn_in_its_order_beside_the_fullest() -> None:
    drawn = {one.stage: (one.count, one.share) for one in bars(tier_2(stages={"offer": 2, "offered": 4, "won": 99}))}
    assert next(iter(drawn)) == "offered"
    assert (drawn["offered"], drawn["offer"], drawn["asleep"]) == ((4, 1.0), (2, 0.5), (0, 0.0))
    assert "won" not in drawn


def test_the_audit_of_all_tiers_is_one_line_of_time() -> None:
    def line(ref: str, minutes: int) -> Line:
        return Line(at=NOW - timedelta(minutes=minutes), ref=ref, kind="skip", by="olena", name="Олена")

    found = {Tier.LEAD_GEN: [line("act:1", 1), line("act:2", 3)], Tier.CONVERSION: [line("act:3", 2)]}
    page = merged(found, [], 2)
    assert [(one.ref, one.tier) for one in page.lines] == [("act:1", "lead_gen"), ("act:3", "conversion")]
    assert page.older == (NOW - timedelta(minutes=2), "act:3")
    assert merged(found, [], 3).older is None


def test_the_relay_is_empty_when_no_tier_has_a_record_and_each_can_say_so() -> None:
    assert room(tiers=[tier_2(), tier_2(stages={"won": 0})]).is_empty
    assert not room(tiers=[tier_2(), tier_2(stages={"lost": 1})]).is_empty
    silent = TierNow(tier="conversion", name="tier 2", queue=None, workflows=None, standing=None)
    assert not room(tiers=[tier_2(), silent]).is_empty
