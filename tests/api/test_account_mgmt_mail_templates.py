"""Mails in the organisation's own words: written by the supervisor, judged when they are saved, shown before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

WORDS = {"subject": "Ihre Rechnung {{number}}", "body": "{{greeting}}\n\n{{open}} bis {{due}}.\n\n{{seller}}"}


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_mail_templates", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def put(tier: Tier3, path: str, body: dict[str, str], status: int = 200, **headers: str) -> Any:
    answer = await tier.http.put(f"/v1/mail-templates/{path}", json=body, headers={**boss(), **headers})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_supervisors_words_go_out_and_can_be_taken_back(tier: Tier3) -> None:
    customer_id, opened = await tier.customer(email="anna@bau.example", language="de")
    assert (await put(tier, "invoice/de", WORDS))["version"] == 1
    await tier.post(f"/v1/invoices/{opened.invoice_id}/send", {"to": "anna@bau.example"}, 202)
    mail = await tier.pool.fetchrow("SELECT subject, body FROM mails WHERE lead_id = $1", customer_id)
    assert mail is not None
    assert mail["subject"].startswith("Ihre Rechnung ")
    assert mail["body"].startswith("Sehr geehrte Damen und Herren,\n\n120,00 UAH bis ")
    gone = await tier.http.delete("/v1/mail-templates/invoice/de", headers=boss())
    assert gone.status_code == 204
    assert (await tier.get("/v1/mail-templates/invoice/de"))["version"] == 0


async def test_all_words_that_count_are_listed_and_other_languages_can_be_added(tier: Tier3) -> None:
    await put(tier, "invoice/cs", {"subject": "Faktura {{number}}", "body": "{{greeting}} {{open}}"})
    found = (await tier.get("/v1/mail-templates?limit=100"))["items"]
    assert {one["language"] for one in found if one["kind"] == "invoice"} == {"cs", "de", "en", "pl", "uk"}
    assert "number" in found[0]["fields"]


@pytest.mark.parametrize(
    ("kind", "words", "field", "told"),
    [
        ("invoice", {**WORDS, "body": "{{greeting}} {{sum}}"}, "body", "nothing is known by the name 'sum'"),
        ("invoice", {"subject": "Rechnung", "body": "zahlen Sie"}, "body", "must name {{number}}"),
        ("dunning_2", {"subject": "{{number}}", "body": "zahlen Sie bis {{due}}"}, "body", "must name {{open}}"),
        ("nudge", {"subject": "Hallo", "body": "{{greeting}} {{what}}?"}, "body", "STOP"),
        ("nudge", {"subject": "{{number}}", "body": "STOP"}, "subject", "nothing is known"),
        ("invoice", {**WORDS, "subject": "{{number"}, "subject", "a placeholder is written"),
    ],
)
async def test_words_that_cannot_be_meant_are_refused_when_they_are_saved_or_shown(
    tier: Tier3, kind: str, words: dict[str, str], field: str, told: str
) -> None:
    refused = await put(tier, f"{kind}/de", words, 422)
    assert refused["errors"][0]["field"] == field
    assert told in refused["errors"][0]["reason"]
    assert (await tier.post(f"/v1/mail-templates/{kind}/de/preview", words, 422))["errors"][0]["field"] == field
    assert await tier.pool.fetchval("SELECT count(*) FROM mail_templates") == 0


async def test_a_mail_is_shown_as_a_customer_gets_it_with_a_name_and_without(tier: Tier3) -> None:
    shown = await tier.post("/v1/mail-templates/invoice/de/preview", WORDS, 200)
    assert shown["subject"] == "Ihre Rechnung LR-2030-000042"
    assert shown["body"].startswith("Guten Tag Olena Koval,")
    nameless = await tier.post("/v1/mail-templates/invoice/de/preview?named=false", WORDS, 200)
    assert nameless["body"].startswith("Sehr geehrte Damen und Herren,")


async def test_two_supervisors_do_not_overwrite_each_other_and_account_managers_write_none(tier: Tier3) -> None:
    tag = (await tier.http.get("/v1/mail-templates/invoice/de")).headers["ETag"]
    await put(tier, "invoice/de", WORDS, **{"If-Match": tag})
    await put(tier, "invoice/de", WORDS, 412, **{"If-Match": tag})
    assert (await tier.http.put("/v1/mail-templates/invoice/de", json=WORDS)).status_code == 403
