"""What a supervisor saves is refused by field and reason when it cannot be meant, and then nothing has changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_2 import Tier2, tier_2, whose
from tests.fixtures.tier_3 import PRODUCT, Tier3, boss, tier_3
from workflows.contracts.base import Tier

DECADE = "P3660D"
NUMBERS: list[Any] = [float("nan"), float("inf"), 1e20, -1]


@pytest_asyncio.fixture(scope="module")
async def calling(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_values", tier=Tier.LEAD_GEN)) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def selling(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_values", tier=Tier.CONVERSION)) as tier:
        await tier.manager("anna")
        await tier.manager("borys", active=False)
        yield tier


@pytest_asyncio.fixture(scope="module")
async def keeping(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_values", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def supervisor() -> dict[str, str]:
    return auth(Tier.LEAD_GEN, "supervisor", "boss")


async def refused(tier: Tier1 | Tier2 | Tier3, path: str, body: Any, field: str, who: dict[str, str]) -> None:
    """The body is refused with 422, this field is named with a reason, and no policy was written."""
    before = await tier.pool.fetchval("SELECT count(*) FROM policies")
    # As JSON of Python has it: with NaN and Infinity, which other clients send too.
    headers = {**who, "Content-Type": "application/json"}
    answer = await tier.http.post(path, content=json.dumps(body), headers=headers)
    assert answer.status_code == 422, answer.text
    [first, *_] = answer.json()["errors"]
    assert first["field"].startswith(field) and first["reason"], first
    assert await tier.pool.fetchval("SELECT count(*) FROM policies") == before


TIER_1 = [
    ("holidays_of", ["XX", "ua", "", 1]),
    ("weekdays", [[], [7], [-1], [0, 0], "mon"]),
    ("closed_days", [["0"], [86400], ["9999-12-31"], ["0001-01-01"], ["2026-12-25", "2026-12-25"]]),
    ("opens", ["09:00+02:00", "09:00Z", "25:00", 540, ""]),
    ("closes", ["08:00", "09:00", "18:00+02:00"]),
    ("gaps", [[], ["-PT1H"], [0], [DECADE], ["P1D"] * 21, ["soon"], [float("nan")]]),
    ("max_attempts", [0, 10**9, 1e20, 1.5]),
    *((name, [*NUMBERS, DECADE]) for name in ("rest", "callback_grace", "promise_within", "min_gap", "lease")),
    *((name, [*NUMBERS, DECADE]) for name in ("campaign_tick", "retry_after")),
    *((name, [*NUMBERS, 0, 10**9]) for name in ("window", "batch", "stock_limit")),
    ("managers_per_hour", [*NUMBERS, 10**9]),
]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TIER_1 for value in values])
async def test_tier_1_refuses_a_policy_that_cannot_be_meant(calling: Tier1, name: str, value: Any) -> None:
    await refused(calling, "/v1/policies", {"body": {name: value}}, f"body.{name}", supervisor())


MINUTE = {"week": {"mon": [{"opens": "09:00", "closes": "09:01"}]}}
TIER_2 = [
    ("calendar", [{"week": {}}, {"week": {"mon": [{"opens": "13:00", "closes": "09:00"}]}}]),
    ("calendar", [{**MINUTE, "country": "XX"}, {**MINUTE, "timezone": "Mars/Phobos"}]),
    ("calendar", [{"week": {"mon": [{"opens": "09:00+02:00", "closes": "18:00"}]}}]),
    ("calendar", [{**MINUTE, "closed_on": ["0"]}, {**MINUTE, "closed_on": ["9999-12-31"]}]),
    *((name, [*NUMBERS, 0, DECADE]) for name in ("first_step_within", "remind_every", "approve_within", "hold_for")),
    *((name, [*NUMBERS, 0, 10**9]) for name in ("max_offers", "max_reminders", "meeting_minutes")),
    ("accept_within", [{}, {"interested": -1}]),
    ("overflow_owner", ["nobody", "borys", "", "boss"]),
    ("approval_escalate_to", ["nobody", "anna", "", "seed"]),
    ("discount_limit", [{"manager": "101"}, {"ceo": "5"}, {"manager": "30", "supervisor": "10"}, {"manager": "NaN"}]),
    ("tax_percent", ["-1", "101", "NaN", "1e20"]),
    ("remind_before", [["P1D", "P1D"], ["-P1D"]]),
    ("seller", [[], [""], ["a\0b"]]),
    ("loss_reasons", [{"": {"text": "none"}}, {"price": {"text": ""}}, {"price": {"text": "dear", "rest": "-P1D"}}]),
    ("entry", [{"qualified": ["need", "need"]}, {"accepted": ["need"]}, {"lost": ["need"]}]),
    ("commission", [{"sourced": "5", "closed": "2"}, {"closed": "99.5"}, {"kept": "NaN"}]),
]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TIER_2 for value in values])
async def test_tier_2_refuses_a_policy_that_cannot_be_meant(selling: Tier2, name: str, value: Any) -> None:
    body = (await selling.get("/v1/policies"))["items"][0]["body"] | {name: value}
    await refused(selling, "/v1/policies", {"body": body}, f"body.{name}", whose())


async def test_a_week_too_short_for_its_deadlines_is_refused(selling: Tier2) -> None:
    body = (await selling.get("/v1/policies"))["items"][0]["body"] | {"calendar": MINUTE}
    await refused(selling, "/v1/policies", {"body": body}, "body", whose())


TIER_3 = [
    ("timezone", ["Mars/Phobos", "", "+02:00"]),
    ("holidays_of", ["XX", "ua"]),
    ("contact_hours", [{"begin": "18:00", "end": "09:00"}, {"begin": "09:00+02:00"}, {"begin": 540}]),
    ("dunning_gaps", [[], [0], ["-P1D"], [DECADE], ["P1D"] * 11]),
    ("dunning_by", [[], ["pigeon"]]),
    *((name, [*NUMBERS, DECADE]) for name in ("payment_term", "nudge_ahead", "nudge_gap", "answer_within")),
    *((name, [*NUMBERS, 0, DECADE]) for name in ("default_interval", "shortest_interval", "fit_every", "risk_every")),
    ("risk_below", [*NUMBERS, 1.5]),
    ("hold_out", [*NUMBERS, 0.6]),
    ("risks_per_night", [*NUMBERS, 10**9]),
    ("care_starts_per_second", [*NUMBERS, 0, 1e-300]),
    ("max_escalations", [*NUMBERS, 10**9]),
    ("retention", [{"invoices": -1}, {"invoices": 1000}]),
]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TIER_3 for value in values])
async def test_tier_3_refuses_a_policy_that_cannot_be_meant(keeping: Tier3, name: str, value: Any) -> None:
    await refused(keeping, "/v1/policies", {"body": {name: value}}, f"body.{name}", boss())


CALLER = {"id": "olena", "name": "Olena"}
PATTERN = {"caller_id": "olena", "weekday": 1, "starts": "14:00", "ends": "18:00", "valid_from": "2026-12-01"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/callers", CALLER | {"languages": ["xx"]}, "languages[0]"),
        ("/v1/callers", CALLER | {"languages": ["uk", "ukr"]}, "languages"),
        ("/v1/callers", CALLER | {"timezone": "Mars/Phobos"}, "timezone"),
        ("/v1/rota", PATTERN | {"starts": "14:00+02:00"}, "starts"),
        ("/v1/rota", PATTERN | {"weekday": 7}, "weekday"),
        ("/v1/rota", PATTERN | {"valid_from": "9999-12-31"}, "valid_from"),
        ("/v1/rota", PATTERN | {"timezone": "Mars/Phobos"}, "timezone"),
        ("/v1/rota/exceptions", {"caller_id": "olena", "day": "0001-01-01"}, "day"),
        (
            "/v1/rota/exceptions",
            {"caller_id": "olena", "day": "2026-12-24", "starts": "09:00Z", "ends": "12:00Z"},
            "starts",
        ),
    ],
)
async def test_tier_1_refuses_people_and_hours_that_cannot_be(calling: Tier1, path: str, body: Any, field: str) -> None:
    await refused(calling, path, body, field, supervisor())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": "vira", "name": "Vira", "languages": ["xx"]}, "languages[0]"),
        ({"id": "vira", "name": "Vira", "hours": MINUTE | {"country": "XX"}}, "hours.country"),
        ({"id": "vira", "name": "Vira", "hours": {"week": {}}}, "hours.week"),
    ],
)
async def test_tier_2_refuses_managers_who_cannot_be(selling: Tier2, body: Any, field: str) -> None:
    await refused(selling, "/v1/managers", body, field, whose())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": {"amount": "100.50", "currency": "JPY"}}, "price.amount"),
        ({"price": {"amount": "100", "currency": "XTS"}}, "price.currency"),
        ({"price": {"amount": "NaN", "currency": "UAH"}}, "price.amount"),
        ({"price": {"amount": "1e20", "currency": "UAH"}}, "price.amount"),
        ({"names": {"xx": "A van"}}, "names.xx"),
        ({"tax_percent": "NaN"}, "tax_percent"),
    ],
)
async def test_tier_3_refuses_products_that_cannot_be(keeping: Tier3, change: Any, field: str) -> None:
    await refused(keeping, "/v1/products", PRODUCT | {"id": "odd"} | change, field, boss())


async def test_a_supervisor_may_name_themselves_as_the_approver(selling: Tier2) -> None:
    body = (await selling.get("/v1/policies"))["items"][0]["body"]
    named = body | {"approval_escalate_to": "boss", "overflow_owner": "anna"}
    await selling.post("/v1/policies", {"body": named}, status=201)
    assert (await selling.get("/v1/policies"))["items"][0]["body"]["approval_escalate_to"] == "boss"
    await selling.post("/v1/policies", {"body": body}, status=201)


async def test_a_policy_from_before_the_rules_is_still_shown_and_worked_by(selling: Tier2) -> None:
    await selling.pool.execute(
        """INSERT INTO policies (version, body, created_by)
           SELECT version + 1, jsonb_set(body, '{calendar,country}', '"XX"'), 'boss' FROM policies
            ORDER BY version DESC LIMIT 1"""
    )
    shown = (await selling.get("/v1/policies"))["items"][0]
    assert shown["body"]["calendar"]["country"] == "XX"
    await selling.pool.execute("DELETE FROM policies WHERE version = $1", shown["version"])
