"""Whose customer it is, and who covers for whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.account_managers import AccountManager
from services.account_mgmt.domain.portfolio import CustomerProfile, choose, cover_for, distribute

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def manager(name: str, **values: Any) -> AccountManager:
    usual: dict[str, Any] = {"active": True, "capacity": 10, "segments": [], "sizes": [], "created_at": NOW}
    return AccountManager(id=name, name=name.title(), **{**usual, **values})


def profile(segment: str, size: str | None, former: str | None = None, customer_id: str = "c") -> CustomerProfile:
    return CustomerProfile(customer_id=customer_id, segment=segment, size=size, account_manager=former)


STEEL = profile("steel", "11-50")


def test_the_least_loaded_by_capacity_gets_the_customer() -> None:
    big, small = manager("big", capacity=100, customers=20), manager("small", capacity=10, customers=3)
    assert choose([small, big], STEEL).account_manager == "big"


def test_a_specialist_goes_before_somebody_who_takes_all() -> None:
    anybody, steel = manager("anybody"), manager("steel", customers=9, segments=["steel"])
    choice = choose([anybody, steel], STEEL)
    assert (choice.account_manager, choice.why) == ("steel", "9 of 10 customers, specialises in steel")
    assert choose([anybody, steel], profile("grain", None)).account_manager == "anybody"


def test_a_customer_who_returns_gets_their_account_manager_even_a_full_or_absent_one() -> None:
    former = manager("former", customers=10, away=True)
    assert choose([former, manager("other")], profile("steel", None, "former")).account_manager == "former"
    gone = manager("former", active=False)
    assert choose([gone, manager("other")], profile("steel", None, "former")).account_manager == "other"


def test_whoever_is_there_goes_before_whoever_is_away() -> None:
    assert choose([manager("a", away=True), manager("b", customers=9)], STEEL).account_manager == "b"


def test_a_refusal_says_why() -> None:
    assert choose([], STEEL).why == "nobody is active"
    assert choose([manager("a", segments=["grain"])], STEEL).why == "nobody takes such customers"
    assert choose([manager("a", customers=10)], STEEL).why == "all are at capacity"


def test_the_named_cover_does_the_work_while_there() -> None:
    away, named, other = manager("a", away=True, cover="n"), manager("n", customers=9), manager("o")
    assert cover_for([away, named, other], "a", STEEL) == "n"
    absent = manager("n", away=True)
    assert cover_for([away, absent, other], "a", STEEL) == "o"
    assert cover_for([away, absent], "a", STEEL) == "a"
    assert cover_for([manager("a"), other], "a", STEEL) == "a"


def test_customers_are_distributed_one_after_the_other_until_everybody_is_full() -> None:
    two, one = manager("two", capacity=2), manager("one", capacity=1)
    plan = distribute([two, one], [profile("", None, customer_id=str(n)) for n in range(4)])
    assert [found.customer_id for found in plan] == ["0", "1", "2", "3"]
    assert [found.account_manager for found in plan] == ["one", "two", "two", None]
    assert plan[-1].why == "all are at capacity"


def test_whoever_the_supervisor_names_gets_all_of_them() -> None:
    plan = distribute([manager("a", capacity=0)], [STEEL, STEEL], to="a")
    assert [(found.account_manager, found.why) for found in plan] == [("a", "named by the supervisor")] * 2


MANAGERS = st.lists(
    st.builds(
        AccountManager,
        id=st.uuids().map(str),
        name=st.just(""),
        active=st.booleans(),
        away=st.booleans(),
        cover=st.none(),
        capacity=st.integers(0, 5),
        customers=st.integers(0, 5),
        segments=st.lists(st.sampled_from(["steel", "grain"]), unique=True),
        sizes=st.lists(st.sampled_from(["1", "11-50"]), unique=True),
        created_at=st.just(NOW),
    ),
    max_size=6,
)


@given(MANAGERS, st.sampled_from(["steel", "grain", ""]), st.sampled_from([None, "1", "11-50"]))
def test_nobody_gets_more_than_their_capacity_nor_what_is_not_theirs(
    managers: list[AccountManager], segment: str, size: str | None
) -> None:
    """SuiteCRM 8935: round robin hands leads to inactive users."""
    choice = choose(managers, profile(segment, size))
    fitting = [
        one
        for one in managers
        if one.active
        and one.customers < one.capacity
        and (not one.segments or segment in one.segments)
        and (not one.sizes or size in one.sizes)
    ]
    assert (choice.account_manager is None) == (not fitting)
    assert choice.account_manager in {None, *(one.id for one in fitting)}


@given(MANAGERS, st.integers(0, 12))
def test_a_distribution_keeps_every_capacity(managers: list[AccountManager], count: int) -> None:
    plan = distribute(managers, [profile("steel", "1", customer_id=str(n)) for n in range(count)])
    for one in managers:
        given = sum(found.account_manager == one.id for found in plan)
        assert given == 0 or one.customers + given <= one.capacity
