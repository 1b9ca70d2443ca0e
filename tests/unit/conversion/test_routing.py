"""Who gets a lead: filters, stickiness, fair share, and the explanation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conversion.domain.routing import Candidate, Verdict, Wanted, route

ANNA, BOHDAN = Candidate("anna"), Candidate("bohdan")


@pytest.mark.parametrize(
    ("change", "wanted", "verdict"),
    [
        ({"languages": ["en"]}, Wanted(language="uk"), Verdict.LANGUAGE),
        ({"segments": ["grain"]}, Wanted(segment="steel"), Verdict.SEGMENT),
        ({"regions": ["Odesa"]}, Wanted(region="Lviv"), Verdict.REGION),
        ({"active": False}, Wanted(), Verdict.INACTIVE),
        ({"load": 30}, Wanted(), Verdict.AT_CAPACITY),
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


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9), min_size=1),
    st.integers(1, 120),
    st.randoms(use_true_random=False),
)
def test_shares_follow_the_weights(weights: dict[str, int], leads: int, chance: object) -> None:
    got: Counter[str] = Counter()
    for _ in range(leads):
        candidates = [Candidate(who, weight=weight, assigned=got[who]) for who, weight in weights.items()]
        chance.shuffle(candidates)  # type: ignore[attr-defined]
        chosen = route(candidates, Wanted()).manager
        assert chosen is not None
        got[chosen] += 1
    # Whoever was chosen last was not ahead of anybody, so no one is ever ahead by more than one lead of his own.
    for one, weight in weights.items():
        assert all((got[one] - 1) * weights[other] <= got[other] * weight for other in weights)


def test_equal_shares_go_by_id() -> None:
    thirds = [Candidate("b", weight=3, assigned=1), Candidate("a", weight=6, assigned=2)]
    assert route(thirds, Wanted()).manager == "a"
