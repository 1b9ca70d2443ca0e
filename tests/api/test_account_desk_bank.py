"""Bank statements on their page: sent, reconciled, and what is in doubt matched, ignored or undone in place."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

HEADER = "date;amount;currency;payer name;payer iban;purpose;reference\n"


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_bank", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:
    assert tier  # its people come first
    async with desk_3(dsn, "boss", "supervisor", "Olena Boss") as desk:
        yield desk


async def send(desk: Desk3, content: str, name: str = "may.csv", **form: str | list[str]) -> httpx.Response:
    """Send a statement as a browser does."""
    token = (await desk.page("bank")).split('name="csrf" value="')[1].split('"')[0]
    file = {"file": (name, content.encode())} if content else {"file": ("", b"")}
    return await desk.http.post("/desk/bank", files=file, data={"csrf": token, **form})


async def invoice(tier: Tier3, company: str = "Бета") -> tuple[str, str, str]:
    """(customer, invoice, number) of 120.00 UAH."""
    customer_id, opened = await tier.customer(company=company, phones=[])
    number = await tier.pool.fetchval("SELECT number FROM invoices WHERE id = $1", opened.invoice_id)
    return customer_id, opened.invoice_id, str(number)


async def open_on(tier: Tier3, invoice_id: str) -> str:
    return str((await tier.get(f"/v1/invoices/{invoice_id}"))["open_amount"]["amount"])


async def test_a_statement_is_reconciled_and_what_is_in_doubt_is_matched_ignored_and_undone(
    desk: Desk3, tier: Tier3
) -> None:
    _, paid, number = await invoice(tier)
    _, other, second = await invoice(tier, "Гамма")
    rows = [
        f"2030-05-06;120.00;UAH;Бета;UA1;{number};A-1",
        "2030-05-06;120.00;UAH;Somebody;UA2;for the truck;A-2",
        "2030-05-06;7.00;UAH;Bank;;interest;A-3",
        "2030-05-07;-50.00;UAH;Supplier;;rent;A-4",
        "2030-02-31;9.00;UAH;X;;y;A-5",
    ]
    answer = await send(desk, HEADER + "\n".join(rows))
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"].removeprefix("/accounts/desk/")
    page = await desk.page(place)
    for told in (
        "Does it add up?",
        "nothing became of them",
        "Line 6",
        "for the truck",
        "the amount is the same",
        second,
    ):
        assert told in page
    assert await open_on(tier, paid) == "0.00"
    found = re.findall(r'id="transfer-([0-9a-f-]{36})"', page)
    truck, interest = (next(one for one in found if text in page.split(f'id="transfer-{one}"')[1].split("</li>\n")[0])
                       for text in ("for the truck", "interest"))  # fmt: skip
    of = place.removeprefix("bank/")
    answer = await desk.act(f"bank/transfers/{truck}/match?of={of}", number=second, amount="100,00")
    assert "Booked." in answer.text
    assert await open_on(tier, other) == "20.00"
    assert "20.00 of it is on no invoice" in await desk.page(place, shelf="booked")
    assert "It can still be matched" in (await desk.act(f"bank/transfers/{interest}/ignore", reason="interest")).text
    assert "Nothing waits for you" in await desk.page("bank")
    answer = await desk.act(f"bank/transfers/{truck}/undo", htmx=False, reason="the wrong one")
    assert answer.headers["location"] == "/accounts/desk/bank"
    assert await open_on(tier, other) == "120.00"
    assert "the wrong one" in await desk.page("bank")
    assert (await desk.act(f"bank/transfers/{truck}/undo", reason="again")).status_code == 409


async def test_a_file_that_asks_for_more_is_refused_with_what_to_say_and_taken_once_it_is_said(desk: Desk3) -> None:
    strange = "Tag|Geld|Wofür\n05.06.2030|12,50|Zinsen\n"
    for content, said in (("", "Choose the file"), ("nothing", "<details open>")):
        answer = await send(desk, content, encoding="utf-8")
        assert answer.status_code == 422
        assert said in answer.text
    answer = await send(desk, HEADER + "05/06/2030;1.00;UAH;;;x;\n")
    assert answer.status_code == 422
    headings = ["Tag", "Geld", *[""] * 8, "Wofür", "", "", ""]
    answer = await send(desk, strange, dates="dmy", heading=headings, currency="EUR")
    assert answer.status_code == 303, answer.text
    page = await desk.page(answer.headers["location"].removeprefix("/accounts/desk/"))
    assert "€12.50" in page
    assert "adds up" in page
    assert (await send(desk, strange, currency="euro")).status_code == 422


async def test_money_that_the_bank_took_back_undoes_the_payment_that_is_chosen(desk: Desk3, tier: Tier3) -> None:
    _, one, first = await invoice(tier)
    _, two, second = await invoice(tier, "Дельта")
    for number, invoice_id in enumerate((one, two)):
        body = {"amount": {"amount": "120.00", "currency": "UAH"}, "reference": f"P-{number}"}
        await tier.post(f"/v1/invoices/{invoice_id}/payments", body, headers=boss())
    await tier.pool.execute("UPDATE payments SET paid_at = '2030-05-05'")
    await send(desk, HEADER + f"2030-05-06;-120.00;UAH;;;Rücklastschrift {first} {second};R-1\n")
    page = await desk.page("bank")
    assert "The bank took this back" in page
    transfer = page.split('id="transfer-')[1][:36]
    payment = next(one_ for one_ in re.findall(r'name="payment" value="([^"]+)"', page) if one_.startswith(one))
    assert "its invoice is open again" in (await desk.act(f"bank/transfers/{transfer}/returned", payment=payment)).text
    assert (await open_on(tier, one), await open_on(tier, two)) == ("120.00", "0.00")


async def test_account_managers_match_their_own_and_see_surpluses_and_refunds(dsn: str, tier: Tier3) -> None:
    customer_id, paid, number = await invoice(tier)
    body = {"amount": {"amount": "150.00", "currency": "UAH"}, "reference": "P-1"}
    await tier.post(f"/v1/invoices/{paid}/payments", body)
    refund = {"amount": {"amount": "10.00", "currency": "UAH"}, "reference": "B-1", "reason": "too much"}
    await tier.post(f"/v1/invoices/{paid}/refunds", refund, headers=boss())
    await tier.pool.execute("UPDATE customers SET account_manager = NULL WHERE id = $1", customer_id)
    await tier.post("/v1/account-managers", {"id": "larysa", "name": "Larysa"}, headers=boss())
    _, theirs, other = await invoice(tier, "Чужа")
    await tier.pool.execute(
        "UPDATE customers SET account_manager = 'larysa' WHERE id = (SELECT customer_id FROM invoices WHERE id = $1)",
        theirs,
    )
    async with desk_3(dsn) as oleh:
        page = await oleh.page("bank")
        for told in ("Paidtoomuch", "UAH20.00", "Givenback", "UAH10.00", number):
            assert told in "".join(page.split())
        await send(oleh, HEADER + "2030-05-06;50.00;UAH;Somebody;;for the truck;C-1\n")
        transfer = (await oleh.page("bank")).split('id="transfer-')[1][:36]
        answer = await oleh.act(f"bank/transfers/{transfer}/match", number=other, amount="50")
        assert answer.status_code == 403
        answer = await oleh.act(f"bank/transfers/{transfer}/match", number="999999", amount="50")
        assert "There is no invoice 999999" in answer.text


async def test_what_waits_is_summed_apart_from_what_the_bank_took_back(desk: Desk3) -> None:
    rows = "2030-05-06;75.00;UAH;Somebody;;rent;a\n2030-05-06;-30.00;UAH;Somebody;;Rücklastschrift;b\n"
    assert (await send(desk, HEADER + rows)).status_code < 400
    page = re.sub(r"<[^>]+>|\s+", " ", await desk.page("bank")).replace("\u00a0", " ")
    assert "1 wait, ₴ 75" in page and "taken back by the bank: 1, ₴ 30" in page
