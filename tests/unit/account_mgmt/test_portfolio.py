"""Who keeps a customer, and who covers for whom."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.portfolio import Keeper, Wanted, choose, cover_for


def keeper(name: str, **values: Any) -> Keeper:
    usual: dict[str, Any] = {"active": True, "away": False, "cover": None, "capacity": 10, "customers": 0}
    return Keeper(id=name, **{**usual, **values})


STEEL = Wanted(segment="steel", size="11-50")


def test_the_least_loaded_by_his_capacity_gets_the_customer() -> None:
    big, small = keeper("big", capacity=100, customers=20), keeper("small", capacity=10, customers=3)
    assert choose([small, big], STEEL).keeper == "big"


def test_a_specialist_goes_before_somebody_who_takes_all() -> None:
    anybody, steel = keeper("anybody"), keeper("steel", customers=9, segments=frozenset(["steel"]))
    choice = choose([anybody, steel], STEEL)
    assert (choice.keeper, choice.why) == ("steel", "9 of 10 customers, keeps steel")
    assert choose([anybody, steel], Wanted(segment="grain", size=None)).keeper == "anybody"


def test_a_customer_who_comes_home_gets_its_account_manager_even_a_full_or_absent_one() -> None:
    former = keeper("former", customers=10, away=True)
    assert choose([former, keeper("other")], Wanted("steel", None, former="former")).keeper == "former"
    gone = keeper("former", active=False)
    assert choose([gone, keeper("other")], Wanted("steel", None, former="former")).keeper == "other"


def test_whoever_is_there_goes_before_whoever_is_away() -> None:
    assert choose([keeper("a", away=True), keeper("b", customers=9)], STEEL).keeper == "b"


def test_a_refusal_says_why() -> None:
    assert choose([], STEEL).why == "nobody works here"
    assert choose([keeper("a", segments=frozenset(["grain"]))], STEEL).why == "nobody keeps such customers"
    assert choose([keeper("a", customers=10)], STEEL).why == "all are full"


def test_the_named_cover_does_the_work_while_he_is_there_himself() -> None:
    away, named, other = keeper("a", away=True, cover="n"), keeper("n", customers=9), keeper("o")
    assert cover_for([away, named, other], "a", STEEL) == "n"
    absent = keeper("n", away=True)
    assert cover_for([away, absent, other], "a", STEEL) == "o"
    assert cover_for([away, absent], "a", STEEL) == "a"
    assert cover_for([keeper("a"), other], "a", STEEL) == "a"


KEEPERS = st.lists(
    st.builds(
        Keeper,
        id=st.uuids().map(str),
        active=st.booleans(),
        away=st.booleans(),
        cover=st.none(),
        capacity=st.integers(0, 5),
        customers=st.integers(0, 5),
        segments=st.frozensets(st.sampled_from(["steel", "grain"])),
        sizes=st.frozensets(st.sampled_from(["1", "11-50"])),
    ),
    max_size=6,
)


@given(KEEPERS, st.sampled_from(["steel", "grain", ""]), st.sampled_from([None, "1", "11-50"]))
def test_nobody_gets_more_than_his_capacity_nor_what_is_not_his(
    keepers: list[Keeper], segment: str, size: str | None
) -> None:
    """SuiteCRM 8935: round robin hands leads to inactive users."""
    choice = choose(keepers, Wanted(segment=segment, size=size))
    fitting = [
        one
        for one in keepers
        if one.active
        and one.customers < one.capacity
        and (not one.segments or segment in one.segments)
        and (not one.sizes or size in one.sizes)
    ]
    assert (choice.keeper is None) == (not fitting)
    assert choice.keeper in {None, *(one.id for one in fitting)}
