"""Who gets a lead: filters, stickiness, fair share, and the explanation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conversion.domain.routing import EXPLAINED, Candidate, Verdict, Wanted, route, simulate

ANNA, BOHDAN = Candidate("anna"), Candidate("bohdan")


@pytest.mark.parametrize(
    ("change", "wanted", "verdict"),
    [
        ({"languages": ["en"]}, Wanted(language="uk"), Verdict.LANGUAGE),
        ({"segments": ["grain"]}, Wanted(segment="steel"), Verdict.SEGMENT),
        ({"regions": ["Odesa"]}, Wanted(region="Lviv"), Verdict.REGION),
        ({"active": False}, Wanted(), Verdict.INACTIVE),
        ({"load": 30}, Wanted(), Verdict.AT_CAPACITY),
        ({"products": ["sea"]}, Wanted(products=["road"]), Verdict.PRODUCT),
        ({"absent": True}, Wanted(), Verdict.ABSENT),
        ({"on_duty": False}, Wanted(), Verdict.OFF_DUTY),
        ({"quota": 5, "today": 5}, Wanted(), Verdict.DAILY_QUOTA),
        ({}, Wanted(excluded=frozenset({"anna"})), Verdict.ASKED_BEFORE),
    ],
)
def test_each_filter_passes_the_lead_on(change: dict[str, object], wanted: Wanted, verdict: Verdict) -> None:
    routing = route([replace(ANNA, **change), BOHDAN], replace(wanted, sticky="anna"))  # type: ignore[arg-type]
    assert routing.manager == "bohdan"
    assert {who.manager: who.verdict for who in routing.considered} == {"anna": verdict, "bohdan": Verdict.CHOSEN}


def test_what_is_not_known_about_the_lead_excludes_nobody() -> None:
    picky = Candidate("anna", languages=["en"], segments=["grain"], regions=["Odesa"])
    assert route([picky], Wanted(language=None, segment="", region=None)).manager == "anna"


def test_the_manager_who_knows_them_goes_first() -> None:
    busier = replace(BOHDAN, assigned=50)
    routing = route([ANNA, busier], Wanted(sticky="bohdan"))
    assert (routing.manager, routing.why) == ("bohdan", "knows the lead from before")


def test_nobody_is_an_answer_with_reasons() -> None:
    routing = route([replace(ANNA, active=False)], Wanted())
    assert routing.manager is None
    assert [who.verdict for who in routing.considered] == [Verdict.INACTIVE]
    assert route([], Wanted()).manager is None


WEIGHTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 40), min_size=1)


@given(WEIGHTS, st.integers(1, 120), st.randoms(use_true_random=False))
def test_nobody_is_ever_a_whole_lead_away_from_his_fair_share(
    weights: dict[str, int], leads: int, chance: object
) -> None:
    got: Counter[str] = Counter()
    for given_so_far in range(1, leads + 1):
        candidates = [Candidate(who, weight=weight, assigned=got[who]) for who, weight in weights.items()]
        chance.shuffle(candidates)  # type: ignore[attr-defined]
        chosen = route(candidates, Wanted()).manager
        assert chosen is not None
        got[chosen] += 1
        for who, weight in weights.items():
            ideal = Fraction(given_so_far * weight, sum(weights.values()))
            assert abs(got[who] - ideal) < 1


def test_equal_shares_go_by_id() -> None:
    assert route([Candidate("b"), Candidate("a")], Wanted()).manager == "a"


def test_a_manager_back_from_holiday_is_not_flooded_with_what_he_missed() -> None:
    # Odoo's quota window echoes a holiday weeks later: whoever was away has few recent leads and gets all the new ones.
    back = Candidate("back", assigned=0, days=1)
    others = [Candidate(f"other-{number}", assigned=42, days=7) for number in range(3)]
    got: Counter[str] = Counter()
    for _ in range(24):
        here = [replace(who, assigned=who.assigned + got[who.id]) for who in [back, *others]]
        got[str(route(here, Wanted()).manager)] += 1
    assert got["back"] <= 12
    assert route([replace(back, assigned=6), *others], Wanted()).manager != "back"


@pytest.mark.parametrize("change", [{"absent": True}, {"on_duty": False}, {"load": 30}, {"quota": 4, "today": 4}])
def test_a_lead_waits_for_somebody_who_fits_but_is_not_free(change: dict[str, object]) -> None:
    routing = route([replace(ANNA, **change)], Wanted())  # type: ignore[arg-type]
    assert (routing.manager, routing.waits) == (None, True)


def test_a_lead_that_nobody_fits_does_not_wait() -> None:
    assert not route([Candidate("anna", languages=["en"], load=99)], Wanted(language="uk")).waits


def test_an_explanation_of_many_managers_stays_short() -> None:
    many = [Candidate(f"m-{number:03}", languages=["en" if number % 2 else "uk"]) for number in range(200)]
    routing = route(many, Wanted(language="uk"))
    assert len(routing.considered) == EXPLAINED
    assert routing.considered[0].verdict is Verdict.CHOSEN
    assert routing.others == {Verdict.OTHERS_FIRST: 80, Verdict.LANGUAGE: 100}


def test_a_dry_run_shows_what_a_changed_weight_would_do() -> None:
    leads = [Wanted()] * 12
    assert Counter(simulate([ANNA, BOHDAN], leads)) == {"anna": 6, "bohdan": 6}
    assert Counter(simulate([ANNA, replace(BOHDAN, weight=3)], leads)) == {"anna": 3, "bohdan": 9}
