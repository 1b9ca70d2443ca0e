"""Customers of a file are not taken for others: shared addresses and switchboards, tax ids by country, own numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions.imports import run_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_recognised", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def take(tier: Tier3, text: str, region: str = "UA") -> dict[str, Any]:
    answer = await tier.http.post(
        "/v1/imports",
        files={"file": ("customers.csv", text.encode())},
        data={"default_region": region},
        headers=boss(),
    )
    assert answer.status_code == 202, answer.text
    await run_imports(tier.pool)
    return dict((await tier.http.get(f"/v1/imports/{answer.json()['id']}", headers=boss())).json())


async def reasons(tier: Tier3, done: dict[str, Any]) -> list[str]:
    rows = (await tier.http.get(f"/v1/imports/{done['id']}/rows", headers=boss())).json()["items"]
    return [row["reason"] or "" for row in rows]


async def companies(tier: Tier3) -> list[str]:
    return sorted(row["contact"]["company"] for row in await tier.pool.fetch("SELECT contact FROM customers"))


async def test_two_hotels_of_one_agency_stay_two_customers_though_they_share_its_address(tier: Tier3) -> None:
    text = (
        "company,phone,email\nHotel Nord,+4930777001,info@agency.example\nHotel Sued,+4930777002,info@agency.example\n"
    )
    first = await take(tier, text)
    assert (first["accepted"], first["duplicates"]) == (2, 0)
    assert await companies(tier) == ["Hotel Nord", "Hotel Sued"]
    assert "shares its e-mail with customer" in (await reasons(tier, first))[1]
    again = await take(tier, text)
    assert (again["accepted"], again["duplicates"]) == (0, 2)


@pytest.mark.parametrize("email", ["", "info@house.example"])
async def test_two_tenants_behind_one_switchboard_stay_two_customers_however_often_they_come(
    tier: Tier3, email: str
) -> None:
    text = f"company,phone,email\nHotel Nord,+4930777001,{email}\nHotel Sued,+4930777001,{email}\n"
    for counted in ((2, 0), (0, 2)):
        done = await take(tier, text)
        assert (done["accepted"], done["duplicates"]) == counted


async def test_a_company_that_is_written_otherwise_is_still_the_same_by_its_number_or_its_tax_id(tier: Tier3) -> None:
    await take(tier, "company,phone,tax id\nТОВ «Вітер-Транс»,044 123 45 67,14360570\n")
    done = await take(tier, "company,phone,tax id\nViter Trans LLC,044 123 45 67,\nBreeze,,14360570\n")
    assert (done["accepted"], done["duplicates"]) == (0, 2)


async def test_tax_ids_are_read_by_the_rows_own_country(tier: Tier3) -> None:
    text = (
        "company,phone,tax id,country,postal code,street\n"
        "Bau GmbH,030 777001,DE136695976,Deutschland,10115,Lindenstr. 5\n"
        "Stalmet,22 123 45 67,526-025-02-74,Poland,00-950,\n"
        "Wiener,+4315137710,ATU13585627,,,\n"
        "Falsch,+4930777009,12345678,Germany,,\n"
    )
    done = await take(tier, text)
    assert done["accepted"] == 4
    told = await reasons(tier, done)
    assert "wrong for DE" in told[3]
    rows = await tier.pool.fetch("SELECT contact, billing FROM customers")
    found = {row["contact"]["company"]: (row["contact"], row["billing"]) for row in rows}
    assert found["Bau GmbH"][0]["tax_id"] == "DE136695976"
    assert found["Bau GmbH"][0]["phones"] == ["+4930777001"]
    assert found["Bau GmbH"][1] == {
        "country": "DE", "postal_code": "10115", "street": "Lindenstr. 5", "vat_id": "DE136695976",
    }  # fmt: skip
    assert found["Stalmet"][0]["tax_id"] == "5260250274"
    assert (found["Wiener"][0]["tax_id"], found["Wiener"][1]["country"]) == ("ATU13585627", "AT")
    assert "tax_id" not in found["Falsch"][0]


async def test_a_customer_without_a_language_gets_that_of_its_country_and_an_unknown_clock_stays_unknown(
    tier: Tier3,
) -> None:
    await take(tier, "company,phone\nBau,+4930777001\nStalmet,+48221234567\nMobile,+61412345678\n")
    rows = await tier.pool.fetch("SELECT contact FROM customers")
    found = {row["contact"]["company"]: row["contact"] for row in rows}
    assert (found["Bau"]["language"], found["Bau"]["timezone"]) == ("de", "Europe/Berlin")
    assert (found["Stalmet"]["language"], found["Stalmet"]["timezone_known"]) == ("pl", True)
    assert found["Mobile"]["timezone_known"] is False


ORDERS = "Company,Phone,Order number,Order date,Product,Quantity,Price\n"


async def test_an_imported_order_keeps_its_number_and_is_found_by_it(tier: Tier3) -> None:
    line = "Вітер,044 123 45 67,SO/2024-17,01.02.2026,ftl,1,100\n"
    await take(tier, ORDERS + line + line.replace("ftl", "ltl"))
    await take(tier, ORDERS + line)
    found = (await tier.get("/v1/orders?number=so/2024-17"))["items"]
    assert [(one["number"], len(one["lines"])) for one in found] == [("SO/2024-17", 2)]
    mine = (await tier.get(f"/v1/customers/{found[0]['customer_id']}/orders"))["items"]
    assert [one["number"] for one in mine] == ["SO/2024-17"]
