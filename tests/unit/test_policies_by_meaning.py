"""Whatever policy a tier accepts can be read back and worked by: no window, deadline or promise fails on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from services.account_mgmt.domain import policy as tier_3
from services.account_mgmt.domain.dunning import way_of
from services.account_mgmt.domain.reorder_cycle import contact_time, working_time
from services.chassis.meanings import STORED
from services.conversion.domain import policy as tier_2
from services.lead_gen.domain import policy as tier_1
from services.lead_gen.domain.cadence import next_attempt_at
from services.lead_gen.domain.window import is_open, next_open, open_hours
from workflows.contracts.conversion import HandOverReason
from workflows.contracts.lead_gen import CallOutcome

WORDS = [
    "XX",
    "UA",
    "PL",
    "09:00",
    "23:59:59.999",
    "02:30",
    "24:00",
    "09:00Z",
    "P10Y",
    "P1D",
    "PT1S",
    "-P1D",
    "P999999999D",
    "mail",
    "Europe/Warsaw",
]
NUMBERS: list[float] = [-1, 0, 1, 7, 10**30, 1e20, -1e20, float("nan"), float("inf")]
LISTS: list[Any] = [[], [0], [6], [0, 0], [7], ["P1D"], ["PT0S"], ["P4000D"], ["mail"], ["call", "both"], {}]
ODD: Any = (
    st.sampled_from([None, True, "", "x" * 300, *WORDS, *NUMBERS, *LISTS])
    | st.integers(-10, 10_000)
    | st.lists(st.integers(-1, 8), max_size=8)
)
ZONES = st.sampled_from(["Europe/Kyiv", "America/Denver", "Pacific/Apia", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))


def changes(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Some fields of a policy with values that may or may not be right."""
    return st.dictionaries(st.sampled_from(sorted(model.model_fields)), ODD, min_size=1, max_size=3)


def accepted(model: type[Any], body: dict[str, Any]) -> Any:
    """The policy, as it is read back; none if it was refused with field and reason."""
    try:
        policy = model.model_validate(body)
    except ValidationError as error:
        assert all(one["msg"] for one in error.errors())
        return None
    read = model.model_validate_json(policy.model_dump_json(), context=STORED)
    assert read == policy
    return read


@given(changes(tier_1.Policy), MOMENTS, ZONES, st.integers(1, 20), st.sampled_from(CallOutcome))
def test_tier_1_calls_by_any_policy_it_accepts(
    body: dict[str, Any], now: datetime, zone: str, attempt: int, after: CallOutcome
) -> None:
    if (policy := accepted(tier_1.Policy, body)) is None:
        return
    opening = next_open(policy, zone, now)
    assert opening >= now and is_open(policy, zone, opening)
    due = next_attempt_at(policy, zone, attempt=attempt, after=after, after_at=now, now=now)
    assert due >= now and is_open(policy, zone, due)
    assert open_hours(policy, zone, now, now + timedelta(days=30)) >= 0
    assert now + policy.rest + policy.promise_within + policy.lease + policy.campaign_tick >= now


@given(changes(tier_2.Policy), MOMENTS)
def test_tier_2_sets_deadlines_by_any_policy_it_accepts(body: dict[str, Any], now: datetime) -> None:
    policy = accepted(tier_2.Policy, tier_2.STANDARD.model_dump(mode="json") | body)
    if policy is None:
        return
    assert all(policy.accept_by(reason, now) >= now for reason in HandOverReason)
    assert all(policy.next_step(kind, now) >= now for kind in tier_2.StepKind)
    assert policy.calendar.add(now, policy.overflow_after) >= now
    assert now + policy.offer_valid_for > now


@given(changes(tier_3.Policy), MOMENTS, ZONES)
def test_tier_3_reminds_by_any_policy_it_accepts(body: dict[str, Any], now: datetime, zone: str) -> None:
    if (policy := accepted(tier_3.Policy, body)) is None:
        return
    assert working_time(policy, now) >= now
    assert contact_time(policy, now, zone) >= now
    assert now + policy.payment_term + sum(policy.dunning_gaps, timedelta(0)) >= now
    assert way_of(policy, len(policy.dunning_gaps), has_mail=True) in ("mail", "call", "both")
    assert now + policy.longest_interval > now
    assert policy.retention.kept_since(now).invoices <= now
