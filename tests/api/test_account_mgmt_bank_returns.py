"""Bank transfers that were matched wrongly, and money that the bank took back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, tier_3
from workflows.contracts.base import Tier

OWN = "UA213223130000026007233566001"
HEADER = "date;amount;currency;payer name;payer iban;purpose;reference\n"


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_bank_returns", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def day() -> str:
    """A day ago or three, as statements write it."""
    return (datetime.now(UTC) - timedelta(days=3)).date().isoformat()


async def send(tier: Tier3, content: str) -> list[dict[str, Any]]:
    """The transfers of a statement."""
    answer = await tier.http.post("/v1/bank-statements", files={"file": ("s", content.encode())}, headers=boss())
    assert answer.status_code == 201, answer.text
    return list((await tier.get(f"/v1/bank-transfers?statement_id={answer.json()['id']}"))["items"])


async def came(tier: Tier3, purpose: str, *, iban: str = "", ref: str = "", amount: str = "120.00") -> dict[str, Any]:
    """The transfer that one row of a statement brought."""
    (one,) = await send(tier, f"{HEADER}{day()};{amount};UAH;Payer;{iban};{purpose};{ref or new_id()}\n")
    return one


async def taken(
    tier: Tier3, text: str = "", *, iban: str = "", amount: str = "120.00", mark: str = "DBIT"
) -> dict[str, Any]:
    """The transfer of an entry by which the bank took money back, or (CRDT) brought some of ours back."""
    account = f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>" if iban else ""
    (one,) = await send(
        tier,
        f"""<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
        <Stmt><Id>1</Id><Acct><Id><IBAN>{OWN}</IBAN></Id></Acct><Ntry><Amt Ccy="UAH">{amount}</Amt>
        <CdtDbtInd>{mark}</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day()}</Dt></BookgDt>
        <AcctSvcrRef>{new_id()}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties>{account}</RltdPties>
        <RmtInf><Ustrd>{text or "return"}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt>
        </BkToCstmrStmt></Document>""",
    )
    return one


async def invoice(tier: Tier3) -> tuple[str, dict[str, Any]]:
    customer_id, opened = await tier.customer()
    return customer_id, await tier.get(f"/v1/invoices/{opened.invoice_id}")


async def state(tier: Tier3, one: dict[str, Any]) -> str:
    return str((await tier.get(f"/v1/invoices/{one['id']}"))["state"])


async def test_a_transfer_that_was_matched_wrongly_waits_to_be_matched_again(tier: Tier3) -> None:
    _, wrong = await invoice(tier)
    _, right = await invoice(tier)
    iban = f"UA{new_id()[:20]}"
    transfer = await came(tier, f"for {wrong['number']}", iban=iban)
    assert transfer["state"] == "matched"
    payment = (await tier.get(f"/v1/invoices/{wrong['id']}"))["payments"][0]
    body = {"reason": "it was for another customer"}
    await tier.post(f"/v1/invoices/{wrong['id']}/payments/{payment['id']}/reversal", body)
    path = f"/v1/bank-transfers/{transfer['id']}"
    waiting = await tier.get(path)
    assert (waiting["state"], waiting["booked"]["amount"], waiting["invoices"]) == ("unmatched", "0.00", [])
    assert wrong["number"] in waiting["reason"]
    share = {"invoice_id": right["id"], "amount": {"amount": "120.00", "currency": "UAH"}}
    matched = await tier.post(f"{path}/match", {"invoices": [share]}, 200)
    assert matched["state"] == "settled_by_hand"
    assert (await state(tier, wrong), await state(tier, right)) == ("open", "paid")
    # The account was learned from the wrong match, and is unlearned with it.
    whose = await tier.pool.fetch("SELECT customer_id FROM payer_accounts WHERE iban = $1", iban.upper())
    assert [row["customer_id"] for row in whose] == [right["customer_id"]]


async def test_a_transfer_is_matched_with_the_same_invoice_again(tier: Tier3) -> None:
    _, one = await invoice(tier)
    transfer = await came(tier, f"for {one['number']}")
    for _ in range(2):
        payments = (await tier.get(f"/v1/invoices/{one['id']}"))["payments"]
        (standing,) = [payment for payment in payments if not payment["reversal"]]
        await tier.post(f"/v1/invoices/{one['id']}/payments/{standing['id']}/reversal", {"reason": "a look"})
        share = {"invoice_id": one["id"], "amount": {"amount": "120.00", "currency": "UAH"}}
        body = {"invoices": [share]}
        matched = await tier.post(f"/v1/bank-transfers/{transfer['id']}/match", body, 200)
        assert (matched["booked"]["amount"], len(matched["invoices"])) == ("120.00", 1)
    assert await state(tier, one) == "paid"


async def test_one_share_of_a_transfer_undone_leaves_the_other_and_no_more_than_that_to_match(tier: Tier3) -> None:
    (_, one), (_, two), (_, three) = await invoice(tier), await invoice(tier), await invoice(tier)
    transfer = await came(tier, "nobody knows", amount="240.00")
    shares = [{"invoice_id": i["id"], "amount": {"amount": "120.00", "currency": "UAH"}} for i in (one, two)]
    path = f"/v1/bank-transfers/{transfer['id']}"
    await tier.post(f"{path}/match", {"invoices": shares}, 200)
    payment = (await tier.get(f"/v1/invoices/{one['id']}"))["payments"][0]
    await tier.post(f"/v1/invoices/{one['id']}/payments/{payment['id']}/reversal", {"reason": "not theirs"})
    again = {"invoice_id": three["id"], "amount": {"amount": "120.01", "currency": "UAH"}}
    await tier.post(f"{path}/match", {"invoices": [again]}, 422)
    again["amount"]["amount"] = "120.00"  # type: ignore[index]
    matched = await tier.post(f"{path}/match", {"invoices": [again]}, 200)
    assert matched["booked"]["amount"] == "240.00"
    assert [await state(tier, i) for i in (one, two, three)] == ["open", "paid", "paid"]


async def test_a_returned_debit_reverses_the_payment_that_it_names(tier: Tier3) -> None:
    customer_id, one = await invoice(tier)
    await came(tier, f"for {one['number']}")
    back = await taken(tier, f"returned {one['number']}")
    assert back["state"] == "matched" and one["number"] in back["reason"]
    now = await tier.get(f"/v1/invoices/{one['id']}")
    assert (now["state"], now["payments"][0]["reversal"]["kind"]) == ("open", "returned")
    assert (await tier.signals(customer_id))[-1] == "invoice_reopened"
    await came(tier, f"for {one['number']}")
    assert await state(tier, one) == "paid"


async def test_a_returned_debit_is_recognised_by_the_reference_or_account_of_its_payment(tier: Tier3) -> None:
    _, one = await invoice(tier)
    body = {"amount": {"amount": "77.00", "currency": "UAH"}, "reference": "E2E-4711", "paid_at": f"{day()}T08:00:00Z"}
    await tier.post(f"/v1/invoices/{one['id']}/payments", body)
    assert (await taken(tier, "RETURN E2E-4711", amount="77.00"))["state"] == "matched"
    _, two = await invoice(tier)
    iban = f"UA{new_id()[:20]}"
    await came(tier, f"for {two['number']}", iban=iban)
    assert (await taken(tier, "no cover", iban=iban))["state"] == "matched"
    assert await state(tier, two) == "open"


async def test_of_two_equal_payments_on_one_invoice_the_one_that_is_named_is_reversed(tier: Tier3) -> None:
    _, one = await invoice(tier)
    await came(tier, f"for {one['number']}", ref="TRX-000001")
    transfer = await came(tier, "no idea", ref="TRX-000002")
    share = {"invoice_id": one["id"], "amount": {"amount": "120.00", "currency": "UAH"}}
    await tier.post(f"/v1/bank-transfers/{transfer['id']}/match", {"invoices": [share]}, 200)
    assert (await taken(tier, "recall of TRX-000002"))["state"] == "matched"
    payments = (await tier.get(f"/v1/invoices/{one['id']}"))["payments"]
    assert [bool(payment["reversal"]) for payment in payments] == [False, True]
    assert await state(tier, one) == "paid"


async def test_what_the_bank_took_back_and_nobody_recognises_waits_for_a_person(tier: Tier3) -> None:
    _, one = await invoice(tier)
    transfer = await came(tier, f"for {one['number']}")
    back = await taken(tier, "no idea", amount="125.00")
    assert (back["state"], back["candidates"]) == ("unmatched", [])
    payment = (await tier.get(f"/v1/invoices/{one['id']}"))["payments"][0]
    body = {"invoice_id": one["id"], "payment_id": payment["id"]}
    assert (await tier.post(f"/v1/bank-transfers/{transfer['id']}/returned", body, 409))["code"] == "wrong_state"
    settled = await tier.post(f"/v1/bank-transfers/{back['id']}/returned", body, 200)
    assert settled["state"] == "settled_by_hand"
    assert await state(tier, one) == "open"
    assert (await tier.get(f"/v1/bank-transfers/{transfer['id']}"))["state"] == "ignored"
    await tier.post(f"/v1/bank-transfers/{back['id']}/returned", body, 409)


async def test_two_payments_that_may_have_been_taken_back_are_shown_both(tier: Tier3) -> None:
    iban = f"UA{new_id()[:20]}"
    (_, one), (_, two) = await invoice(tier), await invoice(tier)
    for each in (one, two):
        await came(tier, f"for {each['number']}", iban=iban)
    back = await taken(tier, "no cover", iban=iban)
    assert back["state"] == "unmatched"
    assert {c["invoice_id"] for c in back["candidates"]} == {one["id"], two["id"]}
    assert await state(tier, one) == await state(tier, two) == "paid"


async def test_a_small_difference_that_a_transfer_leaves_is_proposed_to_be_written_off(tier: Tier3) -> None:
    (_, small), (_, part), (_, full) = await invoice(tier), await invoice(tier), await invoice(tier)
    found = await came(tier, f"for {small['number']}", amount="119.50")
    assert found["state"] == "matched" and "0.50 UAH of" in found["reason"] and "write it off" in found["reason"]
    assert "write it off" not in (await came(tier, f"for {part['number']}", amount="60.00"))["reason"]
    assert "write it off" not in (await came(tier, f"for {full['number']}"))["reason"]


async def test_money_of_ours_that_comes_back_undoes_no_payment(tier: Tier3) -> None:
    _, one = await invoice(tier)
    await came(tier, f"for {one['number']}")
    assert (await taken(tier, f"returned {one['number']}", mark="CRDT"))["state"] == "ignored"
    assert await state(tier, one) == "paid"


async def test_what_the_bank_took_back_is_not_added_to_what_came(tier: Tier3) -> None:
    _, one = await invoice(tier)
    rows = [f"{day()};120.00;UAH;Payer;;for {one['number']};{new_id()}",
            f"{day()};-120.00;UAH;Payer;;Rücklastschrift {one['number']};{new_id()}"]  # fmt: skip
    transfers = await send(tier, HEADER + "\n".join(rows) + "\n")
    assert {one["state"] for one in transfers} == {"matched"}
    statement = await tier.get(f"/v1/bank-statements/{transfers[0]['statement_id']}")
    assert [(one["reversal"], one["transfers"], one["total"]["amount"]) for one in statement["totals"]] == [
        (False, 1, "120.00"), (True, 1, "120.00"),
    ]  # fmt: skip


async def paid_both(tier: Tier3, *, ref: str = "") -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A transfer of 240.00, and the two invoices of one customer that it paid."""
    customer_id, one = await invoice(tier)
    two = (await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]}))["invoice"]
    transfer = await came(tier, f"{one['number']} {two['number']}", amount="240.00", ref=ref)
    assert transfer["state"] == "matched"
    return transfer, [one, two]


async def test_a_transfer_that_paid_several_invoices_is_undone_in_one_act(tier: Tier3) -> None:
    transfer, both = await paid_both(tier)
    paid = await tier.get(f"/v1/invoices/{both[0]['id']}")
    assert paid["payments"][0]["also_paid"] == [both[1]["number"]]
    path = f"/v1/invoices/{paid['id']}/payments/{paid['payments'][0]['id']}/reversal"
    for _ in range(2):
        await tier.post(path, {"reason": "another customer's money", "whole_transfer": True})
        assert [await state(tier, one) for one in both] == ["open", "open"]
    after = await tier.get(f"/v1/bank-transfers/{transfer['id']}")
    assert (after["state"], after["booked"]["amount"]) == ("unmatched", "0.00")


async def test_what_a_first_reversal_left_of_a_transfer_is_undone_with_it_afterwards(tier: Tier3) -> None:
    _, both = await paid_both(tier)
    paid = await tier.get(f"/v1/invoices/{both[0]['id']}")
    path = f"/v1/invoices/{paid['id']}/payments/{paid['payments'][0]['id']}/reversal"
    await tier.post(path, {"reason": "wrong"})
    assert [await state(tier, one) for one in both] == ["open", "paid"]
    await tier.post(path, {"reason": "wrong", "whole_transfer": True})
    assert [await state(tier, one) for one in both] == ["open", "open"]


async def test_a_transfer_that_paid_several_invoices_and_came_back_reverses_all_of_them(tier: Tier3) -> None:
    transfer, both = await paid_both(tier, ref=f"SALARY{new_id()[-12:]}")
    back = await taken(tier, f"return of {transfer['reference']}", amount="240.00")
    assert back["state"] == "matched" and all(one["number"] in back["reason"] for one in both)
    assert [await state(tier, one) for one in both] == ["open", "open"]
    assert (await tier.get(f"/v1/bank-transfers/{transfer['id']}"))["state"] == "ignored"


async def test_a_person_says_that_a_whole_transfer_came_back(tier: Tier3) -> None:
    _, both = await paid_both(tier)
    back = await taken(tier, "no word", amount="243.00")
    payment = (await tier.get(f"/v1/invoices/{both[1]['id']}"))["payments"][0]
    body = {"invoice_id": both[1]["id"], "payment_id": payment["id"], "whole_transfer": True}
    settled = await tier.post(f"/v1/bank-transfers/{back['id']}/returned", body, 200)
    assert settled["state"] == "settled_by_hand"
    assert [await state(tier, one) for one in both] == ["open", "open"]
