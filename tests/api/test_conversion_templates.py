"""Mail templates as people write them: fields by name, and how a mail reads when some are not known."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2, whose
from workflows.contracts.base import Tier

BODY = "Good day, {{contact_name}}!\n\nWe carry {{need|freight}} from {{city|your town}}.\n\n{{manager}}\n{{seller}}"


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("cv_templates", tier=Tier.CONVERSION)) as conversion:
        await conversion.manager("anna")
        new = {"name": "hello", "language": "en", "subject": "For {{company}}", "body": BODY}
        await conversion.post("/v1/templates", new, status=201)
        yield conversion


async def test_a_preview_shows_a_mail_without_the_fields_that_may_be_missing(tier: Tier2) -> None:
    whole = await tier.get("/v1/templates/hello/preview", language="en")
    assert whole["body"].startswith("Good day, Olena Koval!") and whole["missing"] == []
    fields = ["contact_name", "need", "manager"]
    shown = await tier.get("/v1/templates/hello/preview", language="en", without=fields)
    assert shown["body"] == "Good day!\n\nWe carry freight from Kyiv.\n\nLeadrelay"
    assert shown["missing"] == ["contact_name", "manager"]


async def test_a_deals_own_mail_has_no_trace_of_what_nobody_knows(tier: Tier2) -> None:
    contact = hand_over().contact.model_copy(update={"contact_name": None, "city": None})
    deal = await tier.accepted("anna", hand_over(contact.lead_id, contact=contact, needs=None))
    shown = await tier.get("/v1/templates/hello/preview", "anna", deal_id=deal["id"])
    assert shown["body"] == "Good day!\n\nWe carry freight from your town.\n\nAnna\nLeadrelay"
    assert shown["missing"] == ["contact_name"]


@pytest.mark.parametrize("text", ["Hello {{first_name}}", "{{prize|free}}", "Hello {{contact_name}"])
async def test_a_field_that_does_not_exist_is_refused_by_name(tier: Tier2, text: str) -> None:
    for part in ("subject", "body"):
        new = {"name": "wrong", "language": "en", "subject": "x", "body": "y", part: text}
        told = await tier.post("/v1/templates", new, status=422)
        name = text.partition("{{")[2].partition("}")[0].partition("|")[0]
        assert f"'{name}'" in str(told["errors"]) or "without braces inside" in str(told["errors"])
    refused = await tier.http.get("/v1/templates/hello/preview", params={"without": "prize"}, headers=whose("anna"))
    assert refused.status_code == 422 and "there is no field prize" in refused.text
