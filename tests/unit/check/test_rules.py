"""Each rule finds its disagreement, names it, and finds nothing where everything agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from leadrelay.check import rules
from leadrelay.check.facts import (
    Campaign,
    Customer,
    Deal,
    Execution,
    Facts,
    InboundCall,
    Item,
    Lead,
    Refused,
    Restored,
    Series,
)
from leadrelay.check.findings import Act, Finding, Repair
from leadrelay.check.run import judge
from leadrelay.check.stuck import list_stuck
from services.conversion.domain.commission_ledger import Difference
from services.conversion.domain.commissions import Role
from tests.unit.check.world import (
    AT,
    CARE,
    COLD_CALL,
    CONVERSION,
    KEPT,
    SALE,
    WORKED,
    house,
    row,
    sums,
    without_workflow,
)


def found(facts: Facts) -> list[Finding]:
    return [finding for check in judge(facts) for finding in check.findings]


def only(facts: Facts) -> Finding:
    [finding] = found(facts)
    return finding


def with_leads(*leads: Lead) -> Facts:
    facts = house()
    kept = [lead for lead in facts.lead_gen.leads if lead.id not in {one.id for one in leads}]
    return replace(facts, lead_gen=replace(facts.lead_gen, leads=[*kept, *leads]))


def with_running(*executions: Execution) -> Facts:
    facts = house()
    return replace(facts, running={**facts.running, **{one.workflow_id: one for one in executions}})


def test_where_everything_agrees_nothing_is_found_and_every_check_has_looked() -> None:
    checked = judge(house())
    assert [finding for one in checked for finding in one.findings] == []
    assert len(checked) == len(rules.ALL) == len({one.name for one in checked})
    assert {one.name for one in checked if one.rows == 0} == {"outbox", "mail", "failed", "ahead"}


@pytest.mark.parametrize(
    ("workflow_id", "tier"),
    [
        (COLD_CALL, "lead_gen"),
        (CONVERSION, "conversion"),
        (CARE, "account_mgmt"),
        ("campaign:spring", "lead_gen"),
    ],
)
def test_an_open_record_without_its_workflow_is_found_and_can_be_restarted(workflow_id: str, tier: str) -> None:
    [finding] = [one for one in found(without_workflow(workflow_id)) if one.check == "workflow"]
    assert finding.subject == workflow_id
    assert finding.missing
    assert finding.repair == Repair(Act.RESTART, tier, workflow_id)


def test_an_imported_customer_whose_care_waits_its_turn_needs_no_workflow() -> None:
    facts = without_workflow(CARE)
    waiting = Customer(id=KEPT, state="active", account_manager=None, waits=True)
    facts = replace(
        facts,
        account_mgmt=replace(facts.account_mgmt, customers=[waiting]),
        lead_gen=replace(facts.lead_gen, leads=facts.lead_gen.leads[:2]),
    )
    assert found(facts) == []


def test_a_cold_call_of_a_lead_that_is_not_called_is_found() -> None:
    finding = only(with_running(Execution("cold-call:other", "ColdCall", "running", "other", "calling")))
    assert (finding.check, finding.subject, finding.repair) == ("record", "cold-call:other", None)


def test_a_conversion_without_an_open_deal_is_found() -> None:
    finding = only(with_running(Execution("conversion:other", "Conversion", "running", "other", "offered")))
    assert (finding.check, finding.subject) == ("record", "conversion:other")


def test_a_campaign_that_runs_though_its_record_is_done_is_found() -> None:
    finding = only(with_running(Execution("campaign:old", "Campaign", "running")))
    assert (finding.check, finding.subject) == ("record", "campaign:old")


def test_the_care_of_a_lost_customer_may_go_on_for_its_invoices() -> None:
    assert found(with_running(Execution("customer:gone", "CustomerCare", "running", "gone", "lost"))) == []


def test_work_whose_workflow_does_not_run_is_found_and_can_be_cancelled() -> None:
    facts = house()
    orphan = Item(id="item-9", kind="nudge", workflow_id="customer:gone", lead_id="gone")
    finding = only(replace(facts, account_mgmt=replace(facts.account_mgmt, items=[orphan])))
    assert finding.repair == Repair(Act.CANCEL_ITEM, "account_mgmt", "item-9")


def test_work_that_people_do_for_its_own_sake_may_outlive_its_workflow() -> None:
    facts = house()
    dunning = Item(id="item-9", kind="dunning", workflow_id="customer:gone", lead_id="gone")
    assert found(replace(facts, account_mgmt=replace(facts.account_mgmt, items=[dunning]))) == []


def test_a_cold_call_that_waits_for_a_call_in_nobodys_queue_is_found() -> None:
    facts = house()
    finding = only(replace(facts, lead_gen=replace(facts.lead_gen, items=[])))
    assert (finding.check, finding.subject) == ("idle", COLD_CALL)


def test_an_offered_lead_that_is_offered_to_nobody_is_found() -> None:
    facts = house()
    offered = Deal(id="deal-2", lead_id=WORKED, workflow_id=CONVERSION, stage="offered", owner=None)
    running = {**facts.running, CONVERSION: Execution(CONVERSION, "Conversion", "running", WORKED, "offered")}
    facts = replace(facts, conversion=replace(facts.conversion, deals=[offered]), running=running)
    assert (only(facts).check, only(facts).subject) == ("idle", CONVERSION)


def test_an_answer_that_was_set_aside_is_found_and_can_be_sent_again() -> None:
    facts = house()
    finding = only(replace(facts, lead_gen=replace(facts.lead_gen, outbox=[row("dead", error="no such workflow")])))
    assert "no such workflow" in finding.says
    assert finding.repair == Repair(Act.RETRY_ROW, "lead_gen", "7")


@pytest.mark.parametrize(("age", "count"), [(299.0, 0), (301.0, 1)])
def test_an_answer_may_wait_for_five_minutes(age: float, count: int) -> None:
    facts = house()
    assert len(found(replace(facts, conversion=replace(facts.conversion, outbox=[row("pending", age)])))) == count


@pytest.mark.parametrize("orders", [0, 2])
def test_a_won_deal_has_exactly_one_order(orders: int) -> None:
    facts = house()
    finding = only(replace(facts, account_mgmt=replace(facts.account_mgmt, ordered={"deal-1": orders})))
    assert (finding.check, finding.subject) == ("answer", "deal:deal-1")


def test_a_call_that_was_passed_on_and_became_nobodys_work_is_found() -> None:
    facts = house()
    call = InboundCall(id="call-1", lead_id=WORKED, at=AT)
    facts = replace(facts, lead_gen=replace(facts.lead_gen, passed_on=[call]))
    assert only(facts).subject == "inbound:call-1"
    assert only(facts).repair == Repair(Act.CALL_AGAIN, "lead_gen", "call-1")
    heard = replace(facts, account_mgmt=replace(facts.account_mgmt, heard=frozenset({"call-1"})))
    assert found(heard) == []
    offered = replace(facts, conversion=replace(facts.conversion, offered={WORKED: AT + timedelta(seconds=3)}))
    assert found(offered) == []
    before = replace(facts, conversion=replace(facts.conversion, offered={WORKED: AT - timedelta(hours=1)}))
    assert only(before).check == "answer"


@pytest.mark.parametrize(
    ("lead", "tier"),
    [
        (Lead(id=WORKED, tier="conversion", stage="accepted", owner="petro", workflow_id=CONVERSION), "conversion"),
        (Lead(id=WORKED, tier="conversion", stage="asleep", owner="maria", workflow_id=CONVERSION), "conversion"),
        (Lead(id=KEPT, tier="account_mgmt", stage="active", owner="petro", workflow_id=CARE), "account_mgmt"),
        (Lead(id=KEPT, tier="account_mgmt", stage="at_risk", owner="oleh", workflow_id=CARE), "account_mgmt"),
    ],
)
def test_a_register_that_differs_from_the_record_is_found_and_can_be_corrected(lead: Lead, tier: str) -> None:
    assert only(with_leads(lead)).repair == Repair(Act.CORRECT_REGISTER, tier, lead.id)


def test_a_won_lead_that_is_no_customer_needs_its_sale_passed_on_and_is_not_given_up() -> None:
    facts = with_leads(Lead(id=KEPT, tier="account_mgmt", stage="won", owner="maria", workflow_id=CARE))
    facts = replace(facts, account_mgmt=replace(facts.account_mgmt, ordered={}, customers=[]))
    said = {finding.check: finding for finding in found(facts) if finding.subject in (KEPT, "deal:deal-1")}
    assert said["register"].repair == said["answer"].repair == Repair(Act.ORDER_AGAIN, "conversion", "deal-1")
    assert said["register"].mend.startswith("follows from deal deal-1, which has no order: leadrelay check --repair")


def test_a_lead_that_no_tier_has_is_a_persons_to_decide() -> None:
    lead = Lead(id="lost-lead", tier="conversion", stage="win_back", owner=None, workflow_id="conversion:lost-lead")
    assert only(with_leads(lead)).repair is None


def test_a_deal_that_the_register_does_not_know_is_found() -> None:
    facts = house()
    leads = [lead for lead in facts.lead_gen.leads if lead.id != WORKED]
    finding = only(replace(facts, lead_gen=replace(facts.lead_gen, leads=leads)))
    assert finding.repair == Repair(Act.CORRECT_REGISTER, "conversion", WORKED)


@pytest.mark.parametrize(("stage", "owner"), [("asleep", "maria"), ("meeting", "petro")])
def test_a_workflow_that_shows_another_stage_or_owner_is_found(stage: str, owner: str) -> None:
    finding = only(with_running(Execution(CONVERSION, "Conversion", "running", WORKED, stage, owner)))
    assert (finding.check, finding.subject) == ("attributes", CONVERSION)


@pytest.mark.parametrize(
    "series",
    [
        Series(entity="LR", kind="", year=2026, last=3, used=2, missing=[2]),
        Series(entity="LR", kind="CN", year=2026, last=3, used=4, missing=[]),
    ],
)
def test_a_gap_in_numbers_is_found(series: Series) -> None:
    facts = house()
    finding = only(replace(facts, account_mgmt=replace(facts.account_mgmt, series=[series])))
    assert finding.check == "numbers"
    assert finding.repair is None


def test_money_that_the_ledger_has_not_heard_of_is_found_to_the_cent() -> None:
    facts = house()
    finding = only(replace(facts, account_mgmt=replace(facts.account_mgmt, booked={SALE: sums("100.01")})))
    assert finding.says == "sale sale-1: paid 100.01 in tier 3, 100.00 in tier 2"


def test_what_the_ledger_lacks_by_its_own_events_is_found() -> None:
    lacking = {SALE: [Difference("anna", Role.SOURCED, "vested", "2026-05", Decimal("1.20"))]}
    facts = house()
    finding = only(replace(facts, conversion=replace(facts.conversion, lacking=lacking)))
    assert "1.20 vested of anna" in finding.says


def test_a_mail_that_is_there_twice_is_found() -> None:
    facts = house()
    finding = only(replace(facts, conversion=replace(facts.conversion, doubled=["invite:1"])))
    assert finding.subject == "conversion:invite:1"


def test_a_failed_workflow_and_a_refused_report_are_found() -> None:
    failed = Execution("fit-timing", "FitTiming", "failed")
    subjects = [one.subject for one in found(replace(house(), failed=[failed], refused=[Refused("r-1", "told")]))]
    assert subjects == ["workflow:fit-timing", "report:r-1"]


def test_a_workflow_that_a_person_terminated_counts_only_while_its_record_is_open() -> None:
    gone = Execution("conversion:gone", "Conversion", "terminated", "gone")
    assert found(replace(house(), failed=[gone])) == []
    open_one = Execution(CONVERSION, "Conversion", "terminated", WORKED)
    checks = {one.check for one in found(replace(without_workflow(CONVERSION), failed=[open_one]))}
    assert checks == {"workflow", "failed"}


@pytest.mark.parametrize("status", ["failed", "timed out", "terminated"])
def test_a_workflow_whose_record_is_over_is_neither_found_nor_stuck(status: str) -> None:
    gone = Execution("conversion:gone", "Conversion", status, "gone")
    facts = replace(house(), failed=[gone], over=frozenset({gone.workflow_id}))
    assert found(facts) == []
    assert list_stuck(facts, {}) == []


def test_a_paused_campaign_needs_its_workflow_too() -> None:
    facts = without_workflow("campaign:spring")
    facts = replace(facts, lead_gen=replace(facts.lead_gen, campaigns=[Campaign(id="spring", state="paused")]))
    assert only(facts).subject == "campaign:spring"


def restored() -> Facts:
    facts = house()
    mark = Restored(taken_at=AT, restored_at=AT + timedelta(hours=1))
    return replace(facts, conversion=replace(facts.conversion, restored=[mark]))


def test_a_workflow_that_went_on_after_the_backup_is_ended_and_started_from_its_record() -> None:
    finding = only(replace(restored(), ahead=frozenset({CONVERSION})))
    assert (finding.check, finding.subject, finding.lead_id) == ("ahead", CONVERSION, None)
    assert finding.repair == Repair(Act.REPLACE, "conversion", CONVERSION)


def test_a_workflow_that_was_quiet_since_the_backup_fits_the_restored_record() -> None:
    assert found(restored()) == []


def test_a_workflow_that_failed_on_a_restored_database_counts_only_if_its_record_needs_it() -> None:
    gone = Execution("conversion:gone", "Conversion", "failed", "gone")
    assert found(replace(restored(), failed=[gone], ahead=frozenset({gone.workflow_id}))) == []
    assert only(replace(restored(), failed=[gone])).check == "failed"


def test_an_answer_that_nobody_is_there_to_hear_after_a_restore_can_be_dropped() -> None:
    def with_row(workflow_id: str) -> Finding:
        facts, dead = restored(), row("dead", workflow_id=workflow_id)
        return only(replace(facts, conversion=replace(facts.conversion, outbox=[dead])))

    assert with_row("conversion:gone").repair == Repair(Act.DROP_ROW, "conversion", "7")
    assert with_row(CONVERSION).repair == Repair(Act.RETRY_ROW, "conversion", "7")


def test_a_lead_that_tier_2_does_not_know_and_nobody_brings_it_is_handed_over_again() -> None:
    lost = Lead(id="lost", tier="conversion", stage="handed_over", owner=None, workflow_id="conversion:lost")
    finding = only(with_leads(lost))
    assert finding.repair == Repair(Act.HAND_OVER, "lead_gen", "lost")
    assert finding.missing


def test_a_sale_without_an_order_is_passed_on_again() -> None:
    facts = house()
    finding = only(replace(facts, account_mgmt=replace(facts.account_mgmt, ordered={})))
    assert finding.repair == Repair(Act.ORDER_AGAIN, "conversion", "deal-1")


def test_money_that_tier_2_did_not_hear_of_is_reported_again() -> None:
    facts = house()
    finding = only(replace(facts, conversion=replace(facts.conversion, reported={})))
    assert finding.repair == Repair(Act.REPORT_MONEY, "account_mgmt", SALE)
