"""What is late: the tiers' lists as one, whole tiers that are held up, and what Temporal knows of a cause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.taskqueue.v1 import PollerInfo

from leadrelay.story.text import WIDTH, late_text
from services.chassis.lateness import Late, LateRow, late_answer
from services.conversion.domain.late import Staff
from services.conversion.domain.late import explained as explained_2
from services.lead_gen.domain.late import explained as explained_1
from services.ops.domain.late import LateList, explained, held_up, merged
from services.ops.domain.queues import Queue
from services.ops.domain.workflows import Retrying, Workflow
from services.ops.queues import at_work
from services.ops.tiers import Missing
from workflows.contracts.base import Tier

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def late(ref: str = "offer:1", hours: float = 1, **fields: Any) -> Late:
    known = {"kind": "hand_over", "tier": "conversion", "lead_id": "l-1", "words": "it should have", "cause": "c",
             "act": "a"}  # fmt: skip
    return Late.model_validate({"ref": ref, "since": NOW - hours * HOUR, **known, **fields})


def row(kind: str, who: str | None = None, **facts: Any) -> LateRow:
    return LateRow(since=NOW, ref="r", kind=kind, lead_id="l-1", company="Steel", who=who, facts=facts)


def queue(workers: int = 1, waiting: int = 0, oldest: float = 0) -> dict[Tier, Queue]:
    names = [str(number) for number in range(workers)]
    return {Tier.CONVERSION: Queue(name="conversion", workers=names, waiting=waiting, oldest_seconds=oldest)}


def workflow(**fields: Any) -> Workflow:
    known = {"id": "conversion:l-1", "run_id": "r", "kind": "Conversion", "status": "running", "started_at": NOW,
             "closed_at": None, "queue": "conversion"}  # fmt: skip
    return Workflow.model_validate({**known, **fields})


def test_the_tiers_lists_are_one_the_longest_late_first_page_by_page() -> None:
    found = {Tier.LEAD_GEN: [late("a", 3), late("b", 1)], Tier.CONVERSION: [late("c", 2)]}
    page, older = merged(found, 2)
    assert [one.ref for one in page] == ["a", "c"]
    assert older == (NOW - 2 * HOUR, "c")
    assert merged(found, 3)[1] is None


def test_a_tier_without_a_worker_is_held_up_and_says_so() -> None:
    [one] = held_up(queue(workers=0, waiting=7, oldest=60), [], NOW)
    assert (one.cause, one.act) == ("no worker of tier 2 is running", "start one: leadrelay worker conversion")
    assert one.words == "tier 2's workflows should go on (7 wait)"


def test_a_tier_whose_workers_cannot_keep_up_needs_another_one() -> None:
    [one] = held_up(queue(workers=2, waiting=500, oldest=90), [], NOW)
    assert one.cause == "2 workers cannot keep up"
    assert held_up(queue(workers=2, waiting=500, oldest=1), [], NOW) == []


def test_one_step_that_waits_is_one_step() -> None:
    [one] = held_up(queue(waiting=1, oldest=90), [], NOW)
    assert one.words == "1 step of tier 2 should have been done"


def test_a_worker_that_is_silent_while_tasks_wait_has_stopped() -> None:
    def asked(seconds_ago: float, oldest: float) -> set[str]:
        at = Timestamp()
        at.FromDatetime(NOW - timedelta(seconds=seconds_ago))
        return at_work([PollerInfo(identity="w", last_access_time=at)], timedelta(seconds=oldest), NOW)

    assert asked(45, oldest=38) == set()
    assert asked(26, oldest=25) == set()  # it was killed a second before the task came, and is not slow
    assert asked(20, oldest=38) == {"w"}  # it asks, and cannot keep up
    assert asked(26, oldest=8) == {"w"}  # it may be about to ask
    assert asked(45, oldest=0) == {"w"}  # it waits for something to do
    assert asked(91, oldest=0) == set()


def test_a_tier_that_is_away_is_named_with_how_to_start_it() -> None:
    [one] = held_up(queue(), [Missing(what="account_mgmt", why="its API does not answer")], NOW)
    assert (one.words, one.act) == ("tier 3 should answer", "start it: leadrelay api account_mgmt")


def test_what_a_workflow_was_to_do_is_late_because_no_worker_polls() -> None:
    found = explained(late(by_workflow=True), queue(workers=0), None, NOW)
    assert (found.cause, found.act) == (
        "no worker of tier 2 is running",
        "start its worker: leadrelay worker conversion",
    )


def test_what_a_workflow_tries_again_and_again_is_late_because_of_its_last_error() -> None:
    tried = Retrying(activity="conversion.withdraw_offer", attempts=8, since=NOW, error="relation is gone")
    found = explained(late(by_workflow=True), queue(), workflow(retrying=[tried]), NOW)
    assert found.cause == "taking an unanswered offer back from the manager was tried 8 times: relation is gone"


def test_what_a_failed_workflow_was_to_do_names_how_it_is_started_again() -> None:
    found = explained(late(by_workflow=True), queue(), workflow(status="failed"), NOW)
    assert (found.act, found.does) == ("start it again from its record", "retry")
    assert found.command == "leadrelay stuck retry workflow:conversion:l-1"


def test_a_timer_that_fired_while_nobody_came_to_it_is_the_cause() -> None:
    found = explained(late(by_workflow=True), queue(), workflow(task_since=NOW - HOUR), NOW)
    assert found.cause == "the workers of tier 2 have not come to it yet"


def test_what_a_person_has_stays_the_persons() -> None:
    assert explained(late(), queue(workers=0), None, NOW) == late()


def test_a_late_callback_is_caused_by_who_is_there() -> None:
    assert explained_1(row("callback", person=None), 0).cause == "no caller is on shift"
    assert explained_1(row("callback", "Ольга Р.", person="olha"), 2).cause == "Ольга Р. has it and is late"
    assert explained_1(row("callback", person=None), 1).cause == "a caller is on shift, and nobody has taken it yet"


def test_a_hand_over_waits_because_nobody_is_there_full_or_fits() -> None:
    causes = [
        explained_2(row("hand_over_waits"), Staff(there=there, free=free)).cause
        for there, free in ((0, 0), (2, 0), (2, 1))
    ]
    assert causes == [
        "no manager is at work", "all 2 managers are full", "of those who are free nobody fits, or it is out of hours",
    ]  # fmt: skip


def test_a_step_of_somebody_who_is_away_is_given_to_another() -> None:
    there, away = (
        explained_2(row("next_step", "Тарас М.", what="call them", away=away), Staff(there=1, free=1))
        for away in (False, True)
    )
    assert (there.cause, away.cause) == ("Тарас М. has it and is late", "Тарас М. is away")
    assert "reassign" in away.act


def test_an_answer_that_was_set_aside_names_the_command_that_sends_it_again() -> None:
    facts = {"workflow_id": "cold-call:1", "what": "call_answered", "error": "no +380442000000", "id": 7}
    told = late_answer(row("set_aside", **facts), "lead_gen")
    assert told.cause == "it was set aside: no [phone]"
    assert told.command == "leadrelay stuck retry outbox:lead_gen:7"


def test_an_answer_whose_workflow_has_ended_goes_on_from_the_record() -> None:
    facts = {"workflow_id": "cold-call:l-1", "what": "call_answered", "id": 7}
    away, ended = (
        late_answer(row("set_aside", error=error, **facts), "lead_gen")
        for error in ("the worker was away", "workflow execution already completed")
    )
    assert (away.does, ended.does) == ("retry", "retry")
    assert ended.act == "its workflow has ended: what should follow goes on from the record"
    assert (away.command, ended.command) == (
        "leadrelay stuck retry outbox:lead_gen:7", "leadrelay check --repair --yes",
    )  # fmt: skip


def test_what_is_late_reads_on_eighty_columns() -> None:
    long = late(company="ТОВ «Перша українська зернова компанія»", cause="because of this and that " * 6)
    text = late_text(LateList(held_up=[], items=[long], missing=[]), more=False)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.endswith("1 late")
    assert late_text(LateList(held_up=[], items=[], missing=[]), more=False) == "Nothing is late."
