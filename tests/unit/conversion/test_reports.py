"""Figures put together: the team of its managers, and playbooks with why they were stopped."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.conversion.domain.reports import ManagerFigures, PlaybookFigures, PlaybookStops, share, team, with_reasons
from workflows.contracts.base import Money
from workflows.contracts.conversion import Stage

COUNTS = (
    "offered", "accepted", "declined", "expired", "returned", "promises_kept", "promises_late", "open", "overdue",
    "won", "lost",
)  # fmt: skip


def figures(manager: str, count: int, **values: Any) -> ManagerFigures:
    medians = {"first_contact_seconds": 60.0, "age_days": 1.0}
    return ManagerFigures(manager=manager, name=manager, **dict.fromkeys(COUNTS, count), **{**medians, **values})


def test_the_team_is_the_sum_of_its_managers_and_the_medians_are_its_own() -> None:
    anna = figures("anna", 1, stages={Stage.OFFER: 2}, value=[Money(amount=Decimal("10.00"), currency="UAH")])
    borys = figures(
        "borys", 2, stages={Stage.OFFER: 1, Stage.MEETING: 1},
        value=[Money(amount=Decimal("5.50"), currency="UAH"), Money(amount=Decimal("7.00"), currency="EUR")],
    )  # fmt: skip
    both = team([anna, borys], 42.0, None)
    assert (both.manager, both.name) == (None, "team")
    assert {getattr(both, name) for name in COUNTS} == {3}
    assert (both.first_contact_seconds, both.age_days) == (42.0, None)
    assert both.stages == {Stage.OFFER: 3, Stage.MEETING: 1}
    assert [(str(money.amount), money.currency) for money in both.value] == [("7.00", "EUR"), ("15.50", "UAH")]
    assert team([], None, None).won == 0


def test_a_rate_of_nothing_is_none() -> None:
    assert share(1, 4) == 0.25
    assert share(0, 0) is None


def test_each_version_of_a_playbook_says_why_its_runs_were_stopped() -> None:
    one, other = [PlaybookFigures(name="warm-up", version=version, won=1, lost=0) for version in (1, 2)]
    stops = [
        PlaybookStops(name="warm-up", version=2, reason="won", runs=3),
        PlaybookStops(name="warm-up", version=2, reason="the lead called", runs=1),
        PlaybookStops(name="another", version=1, reason="won", runs=9),
    ]
    assert [found.stopped_because for found in with_reasons([one, other], stops)] == [
        {},
        {"won": 3, "the lead called": 1},
    ]
