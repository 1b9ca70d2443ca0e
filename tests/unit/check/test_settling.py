"""What counts on a stack that moves, what is planned from findings, and what is printed."""

from __future__ import annotations

from dataclasses import replace

from leadrelay.check.executions import Pending
from leadrelay.check.facts import Execution, FailedImport, Refused
from leadrelay.check.findings import Act, Checked, Finding, Repair
from leadrelay.check.plans import plan, plan_text
from leadrelay.check.report import as_json, text
from leadrelay.check.rules.outbox import nothing_waits_or_is_set_aside
from leadrelay.check.run import Report, busy_leads, counts
from leadrelay.check.stuck import act_of, list_stuck, stuck_text
from tests.unit.check.world import CALLED, COLD_CALL, CONVERSION, WORKED, house, row


def finding(act: Act | None = None, subject: str = "x", **changes: object) -> Finding:
    repair = Repair(act, "lead_gen", subject) if act else None
    return replace(Finding("check", subject, "says", "mend", repair), **changes)  # type: ignore[arg-type]


def test_a_missing_workflow_that_runs_after_all_does_not_count() -> None:
    missing = finding(workflow_id=COLD_CALL, missing=True)
    assert not counts(missing, {COLD_CALL: Pending(running=True)}, set())
    assert counts(missing, {COLD_CALL: Pending(running=False)}, set())


def test_a_finding_does_not_count_while_something_of_its_lead_is_on_its_way() -> None:
    of_lead = finding(lead_id=CALLED)
    assert not counts(of_lead, {}, {CALLED})
    assert counts(of_lead, {}, {WORKED})


def test_an_answer_a_task_or_a_report_on_its_way_makes_a_lead_busy_for_five_minutes() -> None:
    facts = house()
    waiting = replace(facts, lead_gen=replace(facts.lead_gen, outbox=[row("pending", 10.0)]))
    assert busy_leads(waiting, {}) == {CALLED}
    assert busy_leads(facts, {COLD_CALL: Pending(True, task_age=2.0)}) == {CALLED}
    assert busy_leads(facts, {COLD_CALL: Pending(True, activity_age=2.0, attempts=1)}) == {CALLED}


def test_what_has_waited_too_long_or_was_set_aside_excuses_nothing() -> None:
    facts = house()
    old = replace(facts, lead_gen=replace(facts.lead_gen, outbox=[row("pending", 301.0), row("dead", 1.0)]))
    assert busy_leads(old, {COLD_CALL: Pending(True, task_age=301.0)}) == set()


def test_answers_are_sent_before_workflows_are_restarted_and_in_their_order() -> None:
    acts = [finding(Act.RESTART, "customer:1"), finding(Act.RETRY_ROW, "10"), finding(Act.RETRY_ROW, "9")]
    assert [one.subject for one in plan(acts)] == ["9", "10", "customer:1"]


def test_each_act_is_planned_once() -> None:
    assert len(plan([finding(Act.RESTART, "customer:1"), finding(Act.RESTART, "customer:1"), finding()])) == 1


def test_work_of_a_workflow_that_is_started_again_is_left_to_it() -> None:
    work = finding(Act.CANCEL_ITEM, "item-1", workflow_id="customer:1")
    other = finding(Act.CANCEL_ITEM, "item-2", workflow_id="customer:2")
    assert [one.subject for one in plan([finding(Act.RESTART, "customer:1"), work, other])] == ["customer:1", "item-2"]


def test_a_report_fits_eighty_columns_and_says_how_to_mend() -> None:
    long = finding(subject="s", says="the deal is gone " * 20, mend="somebody does something about it " * 5)
    printed = text(Report([Checked("check", "everything is as it should be", 12_000, [long])], moving=2))
    assert all(len(line) <= 80 for line in printed.splitlines())
    assert "1  everything is as it should be (12,000 compared)" in printed
    assert "-> somebody does something" in printed
    assert printed.splitlines()[-2:] == [
        "1 disagreement",
        "Not counted: 2 where something is still on its way. Look again for those.",
    ]


def test_the_json_names_every_check_and_the_repair() -> None:
    told = as_json(Report([Checked("check", "about", 3, [finding(Act.RETRY_ROW, "7")]), Checked("other", "it", 0)]))
    assert told["clean"] is False
    assert [(one["name"], one["compared"]) for one in told["checks"]] == [("check", 3), ("other", 0)]
    assert told["checks"][0]["findings"][0]["repair"] == {
        "act": "retry the row",
        "tier": "lead_gen",
        "subject": "7",
    }


def test_a_plan_says_what_would_be_done_where() -> None:
    assert "  lead_gen: retry the row 7" in plan_text([Repair(Act.RETRY_ROW, "lead_gen", "7")])


def test_what_is_stuck_is_listed_with_an_id_that_can_be_retried() -> None:
    facts = house()
    facts = replace(
        facts,
        lead_gen=replace(
            facts.lead_gen, outbox=[row("dead"), row("pending")], failed_imports=[FailedImport(id="i", error="no rows")]
        ),
        failed=[Execution("conversion:1", "Conversion", "failed"), Execution("fit-timing", "FitTiming", "failed")],
        refused=[Refused("r", "lead_gen.update_register")],
    )
    found = list_stuck(facts, {COLD_CALL: Pending(True, attempts=6, activity="open_call"), "x": Pending(True)})
    assert [(one.id, one.retry) for one in found] == [
        ("outbox:lead_gen:7", True),
        ("workflow:conversion:1", True),
        ("workflow:fit-timing", False),
        ("report:r", False),
        ("import:lead_gen:i", False),
        (f"activity:{COLD_CALL}", False),
    ]
    for one in found:
        assert (act_of(one.id) is not None) == one.retry
    assert stuck_text(found).endswith("6 wait for a person")


def test_what_is_stuck_says_why() -> None:
    facts = replace(house(), failed=[Execution(CONVERSION, "Conversion", "terminated")])
    tried = {COLD_CALL: Pending(True, attempts=6, activity="lead_gen.open_call", error="call +380 44 200 00 00 failed")}
    [ended, again] = list_stuck(facts, tried, reasons={CONVERSION: "by hand"})
    assert (ended.says, ended.cause) == ("the conversion should go on", "it was terminated: by hand")
    assert (again.says, again.cause) == (
        "putting the next call into the callers' queue should have happened by now (lead_gen.open_call)",
        "it was tried 6 times: call [phone] failed")  # fmt: skip


def test_a_workflow_that_was_ended_by_hand_is_stuck_only_while_its_record_needs_it() -> None:
    gone = Execution("conversion:gone", "Conversion", "terminated")
    assert list_stuck(replace(house(), failed=[gone]), {}) == []
    assert [one.id for one in list_stuck(replace(house(), failed=[replace(gone, status="failed")]), {})]


def test_a_command_that_people_copy_stands_on_one_line() -> None:
    facts = replace(house(), failed=[Execution(CONVERSION, "Conversion", "failed")])
    assert f"     leadrelay stuck retry workflow:{CONVERSION}" in stuck_text(list_stuck(facts, {})).splitlines()


def test_an_answer_for_a_workflow_that_has_ended_is_dropped_and_not_sent_round_and_round() -> None:
    def with_row(workflow_id: str, error: str) -> Finding:
        facts, dead = house(), row("dead", workflow_id=workflow_id, error=error)
        facts = replace(facts, lead_gen=replace(facts.lead_gen, outbox=[dead]))
        [found] = nothing_waits_or_is_set_aside(facts).findings
        return found

    ended = "RPCError: workflow execution already completed"
    assert with_row("cold-call:gone", ended).repair == Repair(Act.DROP_ROW, "lead_gen", "7")
    assert with_row("cold-call:gone", "no such workflow").repair == Repair(Act.RETRY_ROW, "lead_gen", "7")
    assert with_row(COLD_CALL, ended).repair == Repair(Act.RETRY_ROW, "lead_gen", "7")


def test_an_answer_that_nobody_would_hear_is_not_offered_to_be_sent_again() -> None:
    dead = row("dead", workflow_id="cold-call:gone", error="RPCError: workflow execution already completed")
    facts = house()
    [one] = list_stuck(replace(facts, lead_gen=replace(facts.lead_gen, outbox=[dead])), {})
    assert (one.retry, "leadrelay check --repair" in one.act) == (False, True)


def test_an_id_that_is_none_has_no_act() -> None:
    assert [act_of(one) for one in ("", "outbox:nowhere:7", "outbox:lead_gen:x", "workflow:catalogue", "x")] == [
        None
    ] * 5
