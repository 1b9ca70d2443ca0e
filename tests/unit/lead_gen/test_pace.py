"""What waits counts for those who could take it, and for nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lead_gen.domain.pace import (
    CALLS_PER_HOUR,
    STARTER,
    Hand,
    WaitingCalls,
    Within,
    calls_per_hour,
    capacities,
    open_time,
    open_zones,
    within_reach,
)
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import open_hours

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # a Monday: noon in Kyiv, five in the morning in New York
POLICY = Policy(holidays_of=None)
KYIV, NEW_YORK = "Europe/Kyiv", "America/New_York"


def hand(caller: str, *languages: str, hours: float = 4, **known: Any) -> Hand:
    facts = {"campaigns": [], "begins": NOW, "ends": NOW + timedelta(hours=hours), **known}
    return Hand(caller=caller, languages=list(languages), **facts)


def waits(key: str, calls: int, assignee: str | None = None) -> WaitingCalls:
    return WaitingCalls(group_key=key, assignee=assignee, calls=calls)


def reach(hands: list[Hand], able: list[int], *waiting: WaitingCalls) -> Within:
    return within_reach("mine", hands, able, waiting, running=["mine", "other"], policy=POLICY)


def spare(hands: list[Hand], able: list[int], *waiting: WaitingCalls) -> int:
    found = reach(hands, able, *waiting)
    return found.calls - found.waiting


ANNA, BOB = hand("anna", "uk"), hand("bob", "pl")


@pytest.mark.parametrize(
    "key",
    [f"other|{KYIV}|de", f"paused|{KYIV}|uk", f"other|{NEW_YORK}|uk"],
    ids=["a language nobody speaks", "a paused campaign", "a closed time zone"],
)
def test_calls_nobody_could_take_stop_nobody(key: str) -> None:
    assert spare([ANNA], [120], waits(key, 90)) == 120


def test_calls_these_callers_could_take_count() -> None:
    assert spare([ANNA], [120], waits(f"other|{KYIV}|uk", 90)) == 30
    assert spare([ANNA], [120], waits(f"mine|{KYIV}|uk", 500)) == 0


def test_calls_in_one_language_leave_those_who_speak_another_their_share() -> None:
    found = reach([ANNA, BOB], [120, 120], waits(f"other|{KYIV}|pl", 400))
    assert (found.calls - found.waiting, found.languages) == (120, ["uk"])


def test_whoever_speaks_both_makes_room_for_both() -> None:
    both = hand("vira", "uk", "pl")
    assert spare([ANNA, both], [50, 50], waits(f"other|{KYIV}|pl", 50)) == 50
    assert spare([ANNA, both], [50, 50], waits(f"other|{KYIV}|pl", 50), waits(f"other|{KYIV}|uk", 50)) == 0


def test_a_promise_counts_for_the_caller_who_gave_it() -> None:
    gone = waits(f"other|{KYIV}|uk", 60, assignee="gone")
    assert spare([ANNA], [120], gone) == 120
    assert spare([ANNA], [120], gone.model_copy(update={"assignee": "anna"})) == 60


def test_callers_kept_to_other_campaigns_make_no_calls_of_this_one() -> None:
    elsewhere = hand("oleh", "uk", campaigns=["other"])
    assert spare([elsewhere], [120]) == 0
    assert spare([elsewhere, ANNA], [120, 30], waits(f"other|{KYIV}|uk", 100)) == 30


def test_without_anybody_there_is_no_room() -> None:
    assert reach([], []) == Within(calls=0, waiting=0, languages=[])


LANGUAGES = st.sampled_from(["uk", "pl", "de"])
HANDS = st.lists(st.tuples(st.sets(LANGUAGES, min_size=1), st.integers(0, 40)), min_size=1, max_size=4)
STOCK = st.lists(st.tuples(st.sampled_from(["mine", "other"]), LANGUAGES, st.integers(1, 60)), max_size=5)


@given(HANDS, STOCK)
def test_there_is_never_more_room_than_time_and_more_waiting_never_makes_more(
    people: list[tuple[set[str], int]], stock: list[tuple[str, str, int]]
) -> None:
    hands = [hand(f"caller-{n}", *sorted(languages)) for n, (languages, _) in enumerate(people)]
    able = [calls for _, calls in people]
    waiting = [waits(f"{campaign}|{KYIV}|{language}", calls) for campaign, language, calls in stock]
    found = reach(hands, able, *waiting)
    assert 0 <= found.waiting <= found.calls <= sum(able)
    for fewer in range(len(waiting)):
        assert spare(hands, able, *waiting[:fewer]) >= spare(hands, able, *waiting)


def test_shifts_make_as_many_calls_as_their_open_hours_allow() -> None:
    until = NOW + timedelta(hours=4)
    evening = datetime(2026, 6, 1, 13, 0, tzinfo=UTC)  # 16:00 in Kyiv, two hours before the window closes

    def open_between(start: datetime, end: datetime) -> float:
        return open_hours(POLICY, KYIV, start, end)

    assert capacities([hand("anna", "uk", hours=9)], 30, until, open_between) == [120]
    late = hand("anna", "uk", begins=evening, ends=evening + timedelta(hours=9))
    assert capacities([late], 30, evening + timedelta(hours=4), open_between) == [60]
    assert capacities([late.model_copy(update={"quota": 7})], 30, evening + timedelta(hours=4), open_between) == [7]
    tomorrow = hand("anna", "uk", begins=NOW + timedelta(days=1), ends=NOW + timedelta(days=1, hours=4))
    assert sum(capacities([tomorrow], 30, until, open_between)) == STARTER


def test_the_rate_is_the_common_one_until_the_own_hours_outweigh_it() -> None:
    assert calls_per_hour(0, 0) == CALLS_PER_HOUR
    assert calls_per_hour(3, 1 / 60) == pytest.approx(CALLS_PER_HOUR, rel=0.1)
    assert calls_per_hour(1000, 100) == pytest.approx(10, rel=0.05)


def test_time_in_which_several_zones_are_open_counts_once() -> None:
    day = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
    end = day + timedelta(days=1)
    assert open_time(POLICY, [KYIV], day, end) == 9
    assert open_time(POLICY, [KYIV, "Europe/Warsaw"], day, end) == 10
    assert open_time(POLICY, [KYIV, NEW_YORK], day, end) == 16
    assert open_time(POLICY, [], day, end) == 9


def test_zones_are_within_reach_if_they_open_while_somebody_calls() -> None:
    zones = open_zones(POLICY, [ANNA], NOW + timedelta(hours=4))
    assert zones is not None
    assert {KYIV, NEW_YORK} <= set(zones)  # nine o'clock in New York is the end of Anna's shift
    short = open_zones(POLICY, [hand("anna", "uk", hours=2)], NOW + timedelta(hours=4))
    assert short is not None
    assert KYIV in short
    assert NEW_YORK not in short
    assert open_zones(Policy(always_open=True), [ANNA], NOW) is None


def test_on_a_closed_day_no_zone_is_within_reach() -> None:
    closed = Policy(closed_days=[date(2026, 6, 1)], opens=time(0), closes=time(23, 59))
    assert KYIV not in (open_zones(closed, [ANNA], NOW + timedelta(hours=4)) or [])
