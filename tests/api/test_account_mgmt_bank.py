"""Bank statements through REST: what is booked, what waits for a person, and what comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, tier_3
from workflows.contracts.base import Tier

OWN_ACCOUNT = "UA213223130000026007233566001"
HEADER = "date;amount;currency;payer name;payer iban;purpose;reference\n"
DATA = Path(__file__).parents[1] / "data"


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_bank", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def row(amount: str, purpose: str = "", *, currency: str = "UAH", name: str = "", iban: str = "", ref: str = "") -> str:
    return f"2030-05-06;{amount};{currency};{name};{iban};{purpose};{ref or new_id()}\n"


async def send(tier: Tier3, content: str | bytes, **form: str) -> httpx.Response:
    raw = content.encode() if isinstance(content, str) else content
    return await tier.http.post("/v1/bank-statements", files={"file": ("s.csv", raw)}, data=form, headers=boss())


async def post(tier: Tier3, *rows: str, **form: str) -> dict[str, Any]:
    answer = await send(tier, HEADER + "".join(rows), **form)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def transfers(tier: Tier3, statement: dict[str, Any]) -> list[dict[str, Any]]:
    return list((await tier.get(f"/v1/bank-transfers?statement_id={statement['id']}"))["items"])


async def only(tier: Tier3, *rows: str) -> dict[str, Any]:
    (one,) = await transfers(tier, await post(tier, *rows))
    return one


async def invoice(tier: Tier3) -> tuple[str, dict[str, Any]]:
    """(customer, invoice) of 120.00 UAH."""
    customer_id, opened = await tier.customer()
    return customer_id, await tier.get(f"/v1/invoices/{opened.invoice_id}")


async def paid(tier: Tier3, one: dict[str, Any]) -> str:
    return str((await tier.get(f"/v1/invoices/{one['id']}"))["paid"]["amount"])


def share(one: dict[str, Any], amount: str, currency: str = "UAH") -> dict[str, Any]:
    return {"invoice_id": one["id"], "amount": {"amount": amount, "currency": currency}}


async def test_money_for_a_named_invoice_is_booked_and_told_once(tier: Tier3) -> None:
    customer_id, one = await invoice(tier)
    statement = await post(tier, row("120,00", f"рах. {one['number'].lower()}", ref="A-1"))
    assert statement["totals"] == [
        {"state": "matched", "transfers": 1, "total": {"amount": "120.00", "currency": "UAH"},
         "reversal": False}
    ]  # fmt: skip
    now = await tier.get(f"/v1/invoices/{one['id']}")
    assert (now["state"], [p["reference"] for p in now["payments"]]) == ("paid", ["A-1"])
    assert now["payments"][0]["paid_at"].startswith("2030-05-06T12:00:00")
    assert await tier.signals(customer_id) == ["invoice_paid"]
    told = await tier.pool.fetchval("SELECT payload FROM outbox WHERE workflow_id = $1", f"customer:{customer_id}")
    assert (told["settled"], told["money"]["kind"]) == (True, "paid")


async def test_a_client_banks_statement_is_found_out_booked_once_and_reconciled(tier: Tier3) -> None:
    _, one = await invoice(tier)
    text = f"""1CClientBankExchange
СекцияРасчСчет
РасчСчет={OWN_ACCOUNT}
НачальныйОстаток=0.00
КонечныйОстаток=130.00
КонецРасчСчет
СекцияДокумент=Платежное поручение
Номер=1
Дата=06.05.2030
Сумма=120.00
ДатаПоступило=06.05.2030
Плательщик=ТОВ Вітер
ПолучательСчет={OWN_ACCOUNT}
НазначениеПлатежа=Оплата зг. рах. {one["number"]}
КонецДокумента
"""
    first, again = (await send(tier, text.encode("cp1251"))).json(), (await send(tier, text.encode("cp1251"))).json()
    assert (first["format"], first["totals"][0]["state"], again["known"]) == ("1c", "matched", 1)
    assert "10.00 UAH that came are missing" in first["problems"][0]["reason"]
    assert await paid(tier, one) == "120.00"


async def test_the_same_file_twice_books_nothing_twice(tier: Tier3) -> None:
    customer_id, one = await invoice(tier)
    # Two equal rows without a reference are two transfers, whichever file they come in.
    equal = f"2030-05-06;30.00;UAH;;;{one['number']};\n"
    text = HEADER + equal + equal + row("10.00", one["number"], ref="A-2")
    first, again = (await send(tier, text)).json(), (await send(tier, text)).json()
    assert (first["known"], again["known"], again["totals"]) == (0, 3, [])
    assert await paid(tier, one) == "70.00"
    assert await tier.signals(customer_id) == ["invoice_paid"] * 3


async def test_the_same_file_posted_twice_at_once_books_once(tier: Tier3) -> None:
    _, one = await invoice(tier)
    text = HEADER + "".join(row("10.00", one["number"]) for _ in range(5))
    answers = [answer.json() for answer in await asyncio.gather(*(send(tier, text) for _ in range(4)))]
    assert sorted(answer["known"] for answer in answers) == [0, 5, 5, 5]
    assert await paid(tier, one) == "50.00"


async def test_a_reference_that_comes_again_with_another_sum_is_shown_and_not_booked(tier: Tier3) -> None:
    _, one = await invoice(tier)
    await post(tier, row("10.00", one["number"], ref="A-3"))
    again = await post(tier, row("11.00", one["number"], ref="A-3"))
    assert (again["rejected"], again["known"], again["problems"][0]["line"]) == (1, 0, 2)
    assert await paid(tier, one) == "10.00"


async def test_a_payer_whose_account_is_known_is_matched_by_the_amount(tier: Tier3) -> None:
    customer_id, one = await invoice(tier)
    iban = "UA777777777777777777777777777"
    await post(tier, row("120.00", one["number"], iban=iban))
    order = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE | {"quantity": "7"}]})
    found = await only(tier, row("840.00", "for the trucks", iban=iban))
    assert found["state"] == "matched"
    assert found["invoices"][0]["invoice_id"] == order["invoice"]["id"]


async def test_what_a_person_matches_is_booked_once_and_the_payer_is_known_from_then_on(tier: Tier3) -> None:
    customer_id, one = await invoice(tier)
    iban = "UA888888888888888888888888888"
    waiting = await only(tier, row("150.00", "thank you", iban=iban, ref="A-4"))
    assert waiting["state"] == "unmatched"
    assert waiting["reason"]
    path = f"/v1/bank-transfers/{waiting['id']}/match"
    settled = await tier.post(path, {"invoices": [share(one, "120.00")]}, 200)
    assert (settled["state"], settled["booked"]["amount"], settled["settled_by"]) == (
        "settled_by_hand", "120.00", "oleh",
    )  # fmt: skip
    assert (await tier.post(path, {"invoices": [share(one, "30.00")]}, 409))["code"] == "wrong_state"
    assert await paid(tier, one) == "120.00"
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE | {"quantity": "9"}]})
    assert (await only(tier, row("1080.00", "", iban=iban)))["state"] == "matched"


@pytest.mark.parametrize(
    ("amounts", "currency", "field"),
    [(["150.01"], "UAH", "invoices"), (["1.00"], "EUR", "invoices[0].amount.currency"), (["0.00"], "UAH", "amount")],
)
async def test_a_match_of_more_than_came_or_of_another_currency_changes_nothing(
    tier: Tier3, amounts: list[str], currency: str, field: str
) -> None:
    _, one = await invoice(tier)
    waiting = await only(tier, row("150.00", "who knows"))
    before = await tier.counts()
    body = {"invoices": [share(one, amount, currency) for amount in amounts]}
    problem = await tier.post(f"/v1/bank-transfers/{waiting['id']}/match", body, 422)
    assert field in str(problem["errors"])
    assert await tier.counts() == before
    twice = {"invoices": [share(one, "1.00"), share(one, "1.00")]}
    await tier.post(f"/v1/bank-transfers/{waiting['id']}/match", twice, 422)
    await tier.post(f"/v1/bank-transfers/{new_id()}/match", twice, 404)


async def test_two_people_who_match_at_once_book_once(tier: Tier3) -> None:
    _, one = await invoice(tier)
    waiting = await only(tier, row("50.00", "both see it"))
    body = {"invoices": [share(one, "50.00")]}
    path = f"/v1/bank-transfers/{waiting['id']}/match"
    answers = await asyncio.gather(*(tier.http.post(path, json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await paid(tier, one) == "50.00"


async def test_what_is_ignored_leaves_the_list_of_those_that_wait(tier: Tier3) -> None:
    waiting = await only(tier, row("3.14", "interest"))
    path = f"/v1/bank-transfers/{waiting['id']}/ignore"
    assert (await tier.post(path, {"reason": "interest"}, 200))["state"] == "ignored"
    await tier.post(path, {"reason": "again"}, 409)
    listed = (await tier.get("/v1/bank-transfers?state=unmatched&limit=200"))["items"]
    assert waiting["id"] not in {one["id"] for one in listed}


async def test_a_transfer_that_cannot_be_booked_is_shown_and_stops_no_other(tier: Tier3) -> None:
    _, typed = await invoice(tier)
    _, other = await invoice(tier)
    # Somebody has typed this payment in from the paper statement.
    body = {"amount": {"amount": "20.00", "currency": "UAH"}, "reference": "A-5"}
    await tier.post(f"/v1/invoices/{typed['id']}/payments", body)
    rows = row("20.00", typed["number"], ref="A-5"), row("120.00", other["number"])
    failed, booked = await transfers(tier, await post(tier, *rows))
    assert (failed["state"], booked["state"]) == ("failed", "matched")
    assert "A-5" in failed["reason"]
    assert failed["candidates"][0]["number"] == typed["number"]
    assert (await paid(tier, typed), await paid(tier, other)) == ("20.00", "120.00")


async def test_a_payment_typed_in_while_its_statement_comes_is_booked_once(tier: Tier3) -> None:
    for _ in range(5):
        _, one = await invoice(tier)
        ref = new_id()
        body = {"amount": {"amount": "20.00", "currency": "UAH"}, "reference": ref}
        typed, answer = await asyncio.gather(
            tier.http.post(f"/v1/invoices/{one['id']}/payments", json=body),
            send(tier, HEADER + row("20.00", one["number"], ref=ref)),
        )
        assert (typed.status_code, answer.status_code) == (201, 201)
        assert await paid(tier, one) == "20.00"


async def test_a_match_of_a_payment_that_was_typed_in_is_refused_and_it_can_be_ignored(tier: Tier3) -> None:
    _, one = await invoice(tier)
    waiting = await only(tier, row("20.00", "for oats", ref="A-6"))
    body = {"amount": {"amount": "20.00", "currency": "UAH"}, "reference": "A-6"}
    await tier.post(f"/v1/invoices/{one['id']}/payments", body)
    path = f"/v1/bank-transfers/{waiting['id']}"
    refused = await tier.post(f"{path}/match", {"invoices": [share(one, "20.00")]}, 409)
    assert refused["code"] == "already_booked"
    assert (await tier.get(path))["state"] == "unmatched"
    assert (await tier.post(f"{path}/ignore", {"reason": "typed in"}, 200))["booked"]["amount"] == "0.00"


async def test_two_invoices_of_one_amount_wait_for_a_person_with_both_as_candidates(tier: Tier3) -> None:
    customer_id, first = await invoice(tier)
    iban = "UA999999999999999999999999999"
    await post(tier, row("120.00", first["number"], iban=iban))
    for _ in range(2):
        await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE | {"quantity": "11"}]})
    found = await only(tier, row("1320.00", "", iban=iban))
    assert (found["state"], len(found["candidates"])) == ("unmatched", 2)
    assert {one["open_amount"]["amount"] for one in found["candidates"]} == {"1320.00"}


async def test_a_transfer_that_may_be_a_colleagues_is_left_alone(tier: Tier3) -> None:
    customer_id, first = await invoice(tier)
    iban = "UA555555555555555555555555555"
    await post(tier, row("120.00", first["number"], iban=iban))
    for _ in range(2):
        await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE | {"quantity": "12"}]})
    waiting = await only(tier, row("1440.00", "", iban=iban))
    (one, _) = waiting["candidates"]
    body = {"invoices": [{"invoice_id": one["invoice_id"], "amount": one["open_amount"]}]}
    path = f"/v1/bank-transfers/{waiting['id']}"
    for act, said in (("match", body), ("ignore", {"reason": "mine"})):
        refused = await tier.post(f"{path}/{act}", said, 403, auth(Tier.ACCOUNT_MGMT, "account_manager", "petro"))
        assert refused["code"] == "not_owner"
    assert await tier.get(path) == waiting


async def test_a_camt_statement_is_taken_with_its_reversals_and_outgoing_entries(tier: Tier3) -> None:
    statement = (await send(tier, (DATA / "statement_02.xml").read_bytes())).json()
    assert (statement["format"], statement["accounts"]) == ("camt053", [OWN_ACCOUNT])
    assert (statement["rows"], statement["outgoing"], statement["rejected"]) == (6, 1, 1)
    found = await transfers(tier, statement)
    assert (found[-1]["reversal"], found[-1]["state"]) == (True, "unmatched")
    undone = found[-1]["id"]
    _, one = await invoice(tier)
    await tier.post(f"/v1/bank-transfers/{undone}/match", {"invoices": [share(one, "1.00")]}, 409)
    assert await tier.get(f"/v1/bank-statements/{statement['id']}") == statement
    listed = (await tier.get("/v1/bank-statements?limit=200"))["items"]
    assert statement in listed


@pytest.mark.parametrize(
    ("content", "form", "field"),
    [
        ("", {}, "file"),
        ("no,header\n1,2\n", {}, "file"),
        ("<a/>", {}, "file"),
        (HEADER, {"format": "camt053"}, "file"),
        (HEADER, {"format": "mt940"}, "file"),
        (HEADER, {"format": "mt942"}, "format"),
        (HEADER, {"dates": "ydm"}, "dates"),
        (HEADER, {"encoding": "no such"}, "encoding"),
        (HEADER, {"mapping": "[]"}, "mapping"),
        (HEADER, {"mapping": '{"date": "no such", "amount": "amount"}'}, "mapping"),
        (HEADER, {"currency": "euro"}, "currency"),
        ("date;amount;account\n2030-05-06;1.00;DE00FOREIGN\n", {}, "account"),
    ],
)
async def test_a_bad_file_names_its_field_and_changes_nothing(
    tier: Tier3, content: str, form: dict[str, str], field: str
) -> None:
    before = await tier.counts() | {"s": await tier.pool.fetchval("SELECT count(*) FROM bank_statements")}
    answer = await send(tier, content, **form)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    after = await tier.counts() | {"s": await tier.pool.fetchval("SELECT count(*) FROM bank_statements")}
    assert after == before


CAMT = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>{}</Stmt></BkToCstmrStmt>'
OWN = f"<Acct><Id><IBAN>{OWN_ACCOUNT}</IBAN></Id></Acct>"


@pytest.mark.parametrize(
    "content",
    [
        CAMT.format(f"{OWN}{'<Ntry><Sts>BOOK</Sts><CdtDbtInd>DBIT</CdtDbtInd></Ntry>' * 20_001}"),
        CAMT.format(f"{OWN}<Ntry>{'<a/>' * 3_000_000}</Ntry>"),
        CAMT.format(f"{OWN}{'<Ntry>' * 200_000}"),
        f"{HEADER}2030-05-06;1,00;UAH;;;{'x' * (17 << 20)};\n",
        HEADER + "2030-05-06;-1,00;UAH;;;;\n" * 20_001,
        '<!DOCTYPE a [<!ENTITY b "bbbb">]>' + CAMT.format(OWN),
    ],
    ids=["too many entries", "an endless entry", "entries in entries", "too long", "too many rows", "doctype"],
)
async def test_a_file_that_swells_is_refused_by_a_process_of_its_own(tier: Tier3, content: str) -> None:
    answer = await send(tier, content)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file"), answer.text


async def test_an_account_of_the_company_is_confirmed_once(tier: Tier3) -> None:
    text = "date;amount;account;reference\n2030-05-06;1.00;UA5550;{}\n"
    assert (await send(tier, text.format("C-1"), account="UA 5550")).status_code == 201
    assert (await send(tier, text.format("C-2"))).status_code == 201


async def test_every_transfer_is_listed_once_over_pages(tier: Tier3) -> None:
    statement = await post(tier, *(row(f"{n}.07") for n in range(1, 8)))
    path = f"/v1/bank-transfers?statement_id={statement['id']}&limit=3"
    page = await tier.get(path)
    lines = [one["line"] for one in page["items"]]
    while page["next"]:
        page = await tier.get(f"{path}&after={page['next']}")
        lines += [one["line"] for one in page["items"]]
    assert lines == list(range(2, 9))


@pytest.mark.parametrize("stranger", [(Tier.CONVERSION, "manager"), (Tier.ACCOUNT_MGMT, "ops")])
async def test_strangers_send_no_statements(tier: Tier3, stranger: tuple[Tier, str]) -> None:
    files = {"file": ("s.csv", (HEADER + row("1.00")).encode())}
    assert (await tier.http.post("/v1/bank-statements", files=files, headers=auth(*stranger))).status_code == 403


async def test_no_transfer_ever_books_more_than_it_is(tier: Tier3) -> None:
    over = await tier.pool.fetchval(
        """SELECT count(*) FROM bank_transfers t WHERE booked > amount
              OR booked <> (SELECT coalesce(sum(b.amount), 0) FROM bank_bookings b WHERE b.transfer_id = t.id)"""
    )
    assert over == Decimal(0)


async def test_transfers_that_share_a_reference_are_all_booked_and_none_twice(tier: Tier3) -> None:
    _, one = await invoice(tier)
    pair = [row("30.00", one["number"], iban=f"UA{n}", ref="DUP-1") for n in (1, 2)]
    first = await post(tier, *pair)
    assert (first["known"], first["totals"][0]["transfers"], await paid(tier, one)) == (0, 2, "60.00")
    again, third = await post(tier, *reversed(pair)), row("31.00", one["number"], iban="UA3", ref="DUP-1")
    assert (again["known"], await paid(tier, one)) == (2, "60.00")
    longer = await post(tier, *pair, third)
    assert (longer["known"], longer["rejected"], await paid(tier, one)) == (2, 0, "91.00")


async def test_money_in_doubt_waits_for_a_person_with_its_invoice(tier: Tier3) -> None:
    _, one = await invoice(tier)
    await post(tier, row("10.00", one["number"], ref="D-4"))
    (doubtful,) = await transfers(tier, await post(tier, row("11.00", one["number"], ref="D-4")))
    assert (doubtful["state"], [other["number"] for other in doubtful["candidates"]]) == ("unmatched", [one["number"]])
    assert doubtful["reason"].startswith("the reference D-4 was used before, on 2030-05-06 for 10.00 UAH")
    await tier.post(f"/v1/bank-transfers/{doubtful['id']}/match", {"invoices": [share(one, "11.00")]}, 200)
    assert await paid(tier, one) == "21.00"


async def test_a_statement_that_does_not_come_out_even_says_so_and_books_what_it_has(tier: Tier3) -> None:
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="UAH">{amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        for kind, amount in (("OPBD", "1.00"), ("CLBD", "20.00"))
    )
    came = (
        f'<Ntry><Amt Ccy="UAH">12.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2030-05-06</Dt>'
        f"</BookgDt><AcctSvcrRef>{new_id()}</AcctSvcrRef></Ntry>"
    )
    text = CAMT.format(OWN + balances + came) + "</Document>"
    statement = (await send(tier, text)).json()
    assert [total["transfers"] for total in statement["totals"]] == [1]
    assert "7.00 UAH that came are missing" in statement["problems"][0]["reason"]
