"""What an answer to a nudge must say, and which nudges are randomly held out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.account_mgmt.domain.nudges import check_outcome, is_held_out
from services.account_mgmt.domain.policy import Policy
from services.chassis.errors import Invalid
from workflows.contracts.account_mgmt import NudgeOutcome

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_an_answer_that_makes_sense_is_taken() -> None:
    check_outcome(NudgeOutcome.ORDERED, has_lines=True, next_at=None, now=NOW)
    check_outcome(NudgeOutcome.LATER, has_lines=False, next_at=NOW + HOUR, now=NOW)
    check_outcome(NudgeOutcome.NOT_NOW, has_lines=False, next_at=None, now=NOW)


@pytest.mark.parametrize(
    ("outcome", "has_lines", "next_at", "field"),
    [
        (NudgeOutcome.ORDERED, False, None, "lines"),
        (NudgeOutcome.COMPLAINT, True, None, "lines"),
        (NudgeOutcome.LATER, False, None, "next_at"),
        (NudgeOutcome.LATER, False, NOW, "next_at"),
        (NudgeOutcome.NOT_NOW, False, NOW - HOUR, "next_at"),
    ],
)
def test_an_answer_that_makes_none_names_its_field(
    outcome: NudgeOutcome, has_lines: bool, next_at: datetime | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_outcome(outcome, has_lines=has_lines, next_at=next_at, now=NOW)
    assert refused.value.field == field


def test_nobody_is_held_out_unless_the_policy_says_so() -> None:
    assert not any(is_held_out(Policy(), f"nudge:{n}") for n in range(1_000))


def test_as_many_are_held_out_as_the_policy_says_and_always_the_same() -> None:
    policy = Policy(hold_out=0.2)
    drawn = [is_held_out(policy, f"nudge:{n}") for n in range(5_000)]
    assert 0.18 < sum(drawn) / len(drawn) < 0.22
    assert drawn == [is_held_out(policy, f"nudge:{n}") for n in range(5_000)]
