"""One story out of the tiers' parts: in order, with who has the lead, what is late, and what is to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent, TimerFiredEventAttributes, TimerStartedEventAttributes

from leadrelay.story.text import WIDTH, choice_text, story_text
from services.chassis.stories import Event, Part, Waiting, moment, typed
from services.ops.domain.story import ShownWorkflow, Story, ended_badly, tell
from services.ops.domain.workflows import Retrying, Timer
from services.ops.histories import open_timers
from services.ops.tiers import Found, Missing, refusal
from workflows.contracts.base import Tier

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(ref: str, hours: float, words: str = "Something happened") -> Event:
    return Event(at=NOW - hours * HOUR, ref=ref, kind="call", words=words)


def part(tier: Tier, *events: Event, **fields: Any) -> Part:
    known = {"lead_id": "l-1", "company": "Balkan Steel", "stage": "calling", "here": True, "zone": "Europe/Kyiv"}
    latest_first = sorted(events, key=lambda one: (one.at, one.ref), reverse=True)
    return Part.model_validate({"tier": tier.value, "events": latest_first, **known, **fields})


def waiting(words: str, due: datetime | None, *, late: bool = False) -> Waiting:
    return Waiting(ref=words, kind="step", words=words, since=NOW - HOUR, due=due, late=late)


def workflow(**fields: Any) -> ShownWorkflow:
    known = {
        "id": "conversion:l-1", "run_id": "r", "kind": "Conversion", "status": "running", "started_at": NOW - HOUR,
        "closed_at": None, "queue": "conversion", "link": "http://ui/w",
    }  # fmt: skip
    return ShownWorkflow.model_validate({**known, **fields})


def told(*parts: Part, workflows: Any = (), missing: Any = (), limit: int = 50) -> Story:
    return tell({Tier(one.tier): one for one in parts}, workflows, missing, limit=limit, now=NOW)


def test_the_parts_are_one_line_of_time_the_latest_first() -> None:
    story = told(
        part(Tier.LEAD_GEN, event("call:1", 5), event("call:2", 3), here=False),
        part(Tier.CONVERSION, event("deal:1", 2), event("timeline:1", 4)),
    )
    assert [one.ref for one in story.events] == ["deal:1", "call:2", "timeline:1", "call:1"]
    assert story.older is None


def test_a_page_ends_where_the_next_one_begins_even_where_two_tiers_write_in_one_moment() -> None:
    parts = [part(Tier.LEAD_GEN, event("call:1", 1), event("call:2", 2)), part(Tier.CONVERSION, event("deal:1", 1))]
    first = told(*parts, limit=2)
    assert [one.ref for one in first.events] == ["deal:1", "call:1"]
    assert first.older == (NOW - HOUR, "call:1")


def test_the_last_tier_that_has_the_lead_speaks_for_it() -> None:
    story = told(
        part(Tier.LEAD_GEN, here=False, stage="handed over"),
        part(Tier.CONVERSION, here=False, stage="won"),
        part(Tier.ACCOUNT_MGMT, stage="active", owner="Олег М."),
    )
    assert (story.head.tier, story.head.stage, story.head.owner) == ("account_mgmt", "active", "Олег М.")


def test_a_lost_deal_is_where_it_ended() -> None:
    story = told(part(Tier.LEAD_GEN, here=False), part(Tier.CONVERSION, here=False, stage="lost"))
    assert (story.head.tier, story.head.stage) == ("conversion", "lost")


def test_what_is_due_and_its_timer_are_one_thing_to_come() -> None:
    step = waiting("Тарас М.'s next step: call them", NOW + HOUR)
    timers = [Timer(id="1", at=NOW + HOUR + timedelta(seconds=20), words="Next step of taras is due"),
              Timer(id="2", at=NOW + 9 * HOUR, words="The deal stands still with taras")]  # fmt: skip
    story = told(
        part(Tier.CONVERSION, waiting=[step], owner="Тарас М.", owner_id="taras"),
        workflows=[workflow(timers=timers)],
    )
    assert [(one.words, one.by) for one in story.coming] == [
        ("Тарас М.'s next step: call them", "timer"),
        ("The deal stands still with Тарас М.", "timer"),
    ]


def test_what_no_worker_takes_and_what_fails_again_and_again_is_late() -> None:
    tried = Retrying(activity="conversion.offer_deal", attempts=9, since=NOW - HOUR, error="the database is away")
    story = told(
        part(Tier.CONVERSION, waiting=[waiting("the offer", NOW - HOUR, late=True)]),
        workflows=[workflow(task_since=NOW - HOUR, retrying=[tried])],
    )
    assert story.head.late == [
        "the offer",
        "the conversion has something to do, and no worker of tier 2 takes it",
        "offering the lead to a manager was tried 9 times: the database is away",
    ]


def test_a_workflow_that_ended_badly_counts_until_it_was_started_again() -> None:
    failed = workflow(status="failed", run_id="a", started_at=NOW - 2 * HOUR)
    assert ended_badly([failed, workflow(id="cold-call:l-1", status="completed")]) == [failed]
    assert ended_badly([failed, workflow()]) == []


def test_a_workflow_that_ended_badly_is_late_only_while_its_record_needs_it() -> None:
    ended = workflow(status="terminated")
    needed = ended.model_copy(update={"failed": True})
    assert told(part(Tier.CONVERSION), workflows=[needed]).head.late == ["the conversion has ended (terminated)"]
    assert told(part(Tier.CONVERSION), workflows=[ended]).head.late == []


def test_a_story_is_told_in_order_on_eighty_columns() -> None:
    long = "Called by Ольга Р.: no answer (attempt 1 of 6); next try at +45 min. " * 3
    story = told(
        part(Tier.LEAD_GEN, event("call:1", 2, long), event("call:2", 1, "Handed over"), waiting=[waiting("x", NOW)]),
        workflows=[workflow()],
        missing=[Missing(what="account_mgmt", why="its API does not answer")],
    )
    lines = story_text(story).splitlines()
    assert [line for line in lines if len(line) > WIDTH and "http" not in line] == []
    text = "\n".join(lines)
    assert text.index("2026-11-24 12:00  Called by Ольга Р.") < text.index("2026-11-24 13:00  Handed over")
    assert "Not told: account_mgmt its API does not answer." in text


def test_several_who_may_be_meant_are_told_apart() -> None:
    one = Found(lead_id="l-1", company="Steel A", city="Lviv", phones=["+380•••••0001"], tier="lead_gen",
                stage="do_not_call", created_at=NOW)  # fmt: skip
    text = choice_text([one, one.model_copy(update={"lead_id": "l-2"})], more=False)
    assert "Steel A (Lviv, +380•••••0001)" in text
    assert "do not call" in text
    assert text.endswith("2 may be meant: leadrelay story ID")


def _timer(number: int, started: bool, of: int = 0) -> HistoryEvent:
    kind = EventType.EVENT_TYPE_TIMER_STARTED if started else EventType.EVENT_TYPE_TIMER_FIRED
    one = HistoryEvent(event_id=number, event_type=kind, event_time=Timestamp(seconds=number))
    if started:
        one.timer_started_event_attributes.CopyFrom(TimerStartedEventAttributes(timer_id=str(number)))
    else:
        one.timer_fired_event_attributes.CopyFrom(TimerFiredEventAttributes(started_event_id=of))
    return one


def test_timers_that_fired_are_not_to_come() -> None:
    events = [_timer(5, True), _timer(6, False, of=5), _timer(9, True)]
    assert [one.event_id for one in open_timers(events[::-1])] == [9]


def test_numbers_that_were_typed_into_a_note_are_not_told() -> None:
    assert typed("call  +380 44 200 00 00\nor mail o@viter.example") == "call [phone] or mail [e-mail]"
    assert len(typed("long " * 200)) == 300


def test_a_time_of_the_same_day_is_told_without_the_day() -> None:
    zone = ZoneInfo("Europe/Kyiv")
    assert moment(NOW, zone, NOW - HOUR) == "14:00"
    assert moment(NOW, zone, NOW - 24 * HOUR) == "2026-11-24 14:00"


def test_a_refusal_of_a_tier_is_passed_on_as_it_was() -> None:
    problem = {"status": 409, "code": "wrong_state", "detail": "the deal is won", "stage": "won"}
    error = refusal(409, problem)
    assert (error.status, error.code, error.message, error.detail) == (
        409, "wrong_state", "the deal is won", {"stage": "won"})  # fmt: skip


def test_people_of_all_tiers_are_called_by_their_names_and_only_they() -> None:
    calls = [
        event("inbound:1", 1, "They called us: put through to tier 2, ops-1; ops-10 drops"),
        event("inbound:2", 2, "They called us: put through to ops-1. Note"),
    ]
    first = part(Tier.LEAD_GEN, *calls, here=False)
    second = part(Tier.CONVERSION, people={"ops-1": "Тарас М.", "op": "Nobody"}, owner="Тарас М.", owner_id="ops-1")
    assert [one.words for one in told(first, second).events] == [
        "They called us: put through to tier 2, Тарас М.; ops-10 drops",
        "They called us: put through to Тарас М. Note",
    ]


def test_the_number_of_an_invoice_is_no_telephone_number() -> None:
    assert typed("Invoice LR-2026-000042 of LR-SO-2026-000021, ask 067 123 45 67") == (
        "Invoice LR-2026-000042 of LR-SO-2026-000021, ask [phone]"
    )
    assert typed("call 2026-000042-11") == "call [phone]"
