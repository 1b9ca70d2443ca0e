"""Fair shares of customers, what became of a statement's rows, and a language that follows from where somebody is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.account_mgmt.domain.at_risk import check_nudge_now
from services.account_mgmt.domain.bank_pages import balance
from services.account_mgmt.domain.bank_statements import BankStatement
from services.account_mgmt.domain.customer_edit import edited
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.portfolios import Held, Portfolios, Sum, Undecided, put_together
from services.chassis.errors import Conflict
from tests.unit.account_mgmt.records import customer
from workflows.contracts.base import ContactCard

NOW = datetime(2030, 5, 6, 9, tzinfo=UTC)


def held(person: str, customers: int, capacity: int = 100, **facts: Any) -> Held:
    return Held.of(
        {"id": person, "name": person, "active": True, "capacity": capacity, "customers": customers, **facts}
    )


def portfolios(*people: Held) -> Portfolios:
    undecided = Undecided(debts=0, transfers=0, nobodys=0)
    return Portfolios(now=NOW, people=list(people), undecided=undecided, expected=[], overdue=[])


def test_a_fair_share_follows_the_capacity_of_those_who_take_customers() -> None:
    large, small, gone = held("a", 60, 300), held("b", 60, 100), held("c", 40, 100, active=False)
    found = portfolios(large, small, gone)
    assert (found.fair(large), found.fair(small), found.fair(gone)) == (120, 40, None)
    assert [found.is_uneven(one) for one in found.people] == [False, True, False]
    none = held("d", 0, 0)
    assert (portfolios(none).fair(none), none.load, none.is_full) == (None, None, False)
    assert held("e", 100).is_full


def test_whoever_left_and_has_nothing_is_not_shown_and_sums_go_to_their_people() -> None:
    people = [held("a", 1), held("b", 0, active=False), held("c", 2, active=False)]
    sums = [Sum.of({"person": one, "currency": "UAH", "amount": 5}) for one in ("a", "a", None)]
    shown = put_together(people, sums, [])
    assert [one.id for one in shown] == ["a", "c"]
    assert [(one.currency, one.amount) for one in shown[0].expected] == [("UAH", 10)]


@pytest.mark.parametrize(("rows", "unread"), [(10, 0), (12, 2)])
def test_every_row_of_a_statement_is_accounted_for_or_said_to_be_missing(rows: int, unread: int) -> None:
    totals = [{"state": state, "currency": "UAH", "transfers": n, "amount": 1}
              for state, n in (("matched", 3), ("settled_by_hand", 1), ("unmatched", 2), ("ignored", 1))]  # fmt: skip
    facts = {"id": "s", "state": "done", "file_name": "f", "format": "csv", "accounts": [], "rows": rows, "outgoing": 2,
             "known": 1, "rejected": 0, "problems": [], "totals": totals, "rows_taken": rows, "error": None,
             "posted_by": "p", "created_at": NOW, "finished_at": NOW}  # fmt: skip
    found = balance(BankStatement.of(facts))
    assert (found.booked, found.waiting, found.ignored, found.unread) == (4, 2, 1, unread)
    assert found.adds_up is (unread == 0)
    assert balance(BankStatement.of({**facts, "state": "running"})).unread == 0


def berliner(**facts: Any) -> Customer:
    card = {"lead_id": "c", "company": "Bau", "phones": ["+493012345678"], "language": "uk", "timezone": "Europe/Kyiv"}
    return customer(contact=ContactCard.model_validate(card), **facts)


def test_language_and_time_zone_that_are_left_empty_follow_from_where_they_are() -> None:
    found = edited(berliner(), {}, ("language", "timezone"))
    assert (found.contact.language, found.contact.timezone, found.contact.timezone_known) == (
        "de",
        "Europe/Berlin",
        True,
    )
    assert set(found.changes) == {"language", "timezone"}
    assert edited(berliner(), {}).changes == {}
    moved = edited(berliner(), {"billing": {"country": "PL"}}, ("language",))
    assert (moved.contact.language, moved.contact.timezone) == ("pl", "Europe/Kyiv")


def test_a_reminder_comes_early_only_where_one_may_come_at_all() -> None:
    policy = Policy()
    check_nudge_now(berliner(), policy, NOW, waits=False)
    short_ago = NOW - policy.nudge_gap + timedelta(days=1)
    for facts, waits, code in (
        ({"state": "opted_out"}, False, "wrong_state"),
        ({}, True, "waits"),
        ({"last_nudge_at": short_ago}, False, "too_soon"),
    ):
        with pytest.raises(Conflict) as refused:
            check_nudge_now(berliner(**facts), policy, NOW, waits=waits)
        assert refused.value.code == code
