"""After the last reminder a supervisor decides; reminders rest and go on; demands reach those who want no calls."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pypdf import PdfReader

from services.account_mgmt.actions.debts import ask_supervisors, take_up_forgotten
from services.account_mgmt.actions.mail_checks import why_not
from services.chassis.mail.rows import Mail
from tests.api.test_account_mgmt_dunning_ends import mails_of, pay, step
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, account_manager, boss, in_days, tier_3
from workflows.contracts.account_mgmt import CareState, CloseCustomer, RemindedInvoice
from workflows.contracts.base import Tier

ADDRESS = "olena@customer.example"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_decisions", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def remind(tier: Tier3, customer_id: str, invoice_id: str, level: int) -> RemindedInvoice:
    return await tier.activities.remind_invoice(step(customer_id, invoice_id, level))


async def reminded(tier: Tier3, times: int = 3, **contact: Any) -> tuple[str, str]:
    """A customer's invoice after so many reminders, long due."""
    customer_id, account = await tier.customer(**{"email": ADDRESS, "language": "en", **contact})
    await tier.pool.execute("UPDATE invoices SET due_at = now() - interval '60 days' WHERE id = $1", account.invoice_id)
    for level in range(1, times + 1):
        await remind(tier, customer_id, account.invoice_id, level)
    return customer_id, account.invoice_id


async def wait_is_over(tier: Tier3, invoice_id: str, days: int = 0) -> None:
    """The time after the last reminder has passed, by so many days."""
    await tier.pool.execute(
        "UPDATE invoices SET dunning_at = now() - make_interval(days => $2) WHERE id = $1", invoice_id, days
    )


async def decide(tier: Tier3, invoice_id: str, decision: str, status: int = 201, **more: Any) -> Any:
    path = f"/v1/invoices/{invoice_id}/dunning-decisions"
    who = more.pop("who", boss())
    return await tier.post(path, {"decision": decision, **more}, status, headers=who)


async def last_told(tier: Tier3, customer_id: str) -> dict[str, Any]:
    row = await tier.pool.fetchrow(
        """SELECT payload, start_input FROM outbox WHERE workflow_id = $1 AND signal = 'invoice_reopened'
            ORDER BY id DESC LIMIT 1""",
        f"customer:{customer_id}",
    )
    return dict(row) if row else {}


async def test_after_the_last_reminder_and_its_wait_a_supervisor_is_asked_once(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier)
    await ask_supervisors(tier.pool)
    assert await tier.work(customer_id, "debt") == [], "the customer has time to pay first"
    await wait_is_over(tier, invoice_id)
    for _ in range(2):
        await ask_supervisors(tier.pool)
    [asked] = (await tier.get("/v1/work?kind=debt"))["items"]
    assert (asked["account_manager"], asked["facts"]["invoice_id"]) == (None, invoice_id)
    refused = await tier.post(f"/v1/work/{asked['item_id']}/done", {}, 409, headers=boss())
    assert refused["code"] == "wrong_kind"


async def test_a_payment_answers_what_the_supervisor_was_asked(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier)
    await wait_is_over(tier, invoice_id)
    await ask_supervisors(tier.pool)
    await pay(tier, invoice_id)
    assert await tier.work(customer_id) == []
    await ask_supervisors(tier.pool)
    assert await tier.work(customer_id) == []


async def test_an_invoice_in_collection_is_reminded_of_by_nobody_and_a_payment_settles_it(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier)
    await wait_is_over(tier, invoice_id, days=9)
    await ask_supervisors(tier.pool)
    handed = await decide(tier, invoice_id, "collect", reason="no answer to three reminders")
    assert handed["collected_at"] is not None
    assert await tier.work(customer_id) == []
    assert {state for state, _ in await mails_of(tier, customer_id)} == {"withdrawn"}
    assert await ask_supervisors(tier.pool) == await take_up_forgotten(tier.pool) == 0
    assert (await remind(tier, customer_id, invoice_id, 4)).settled
    await decide(tier, invoice_id, "collect", 409, reason="again")
    await pay(tier, invoice_id)
    assert (await tier.get(f"/v1/invoices/{invoice_id}"))["state"] == "paid"


async def test_one_more_reminder_goes_out_and_then_the_supervisor_is_asked_again(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier)
    assert (await remind(tier, customer_id, invoice_id, 4)).settled, "nobody asked for a fourth"
    await wait_is_over(tier, invoice_id)
    await ask_supervisors(tier.pool)
    await decide(tier, invoice_id, "remind")
    assert (await last_told(tier, customer_id))["payload"]["level"] == 3
    assert await ask_supervisors(tier.pool) == 0
    assert (await remind(tier, customer_id, invoice_id, 4)).by == "call"
    assert (await remind(tier, customer_id, invoice_id, 5)).settled
    await wait_is_over(tier, invoice_id)
    assert await ask_supervisors(tier.pool) == 1


async def test_reminders_rest_until_the_promised_day_and_then_go_on(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier, 1)
    until = in_days(10)
    paused = await decide(tier, invoice_id, "pause", until=until, reason="pays on the 5th", who=account_manager())
    assert datetime.fromisoformat(paused["paused_until"]) == datetime.fromisoformat(until)
    assert await mails_of(tier, customer_id) == [("withdrawn", "reminders rest")]
    rests = await remind(tier, customer_id, invoice_id, 2)
    assert rests.put_off
    assert rests.next_at is not None
    assert rests.next_at >= datetime.fromisoformat(until)
    assert (await tier.get(f"/v1/invoices/{invoice_id}"))["dunning"] == 1
    await tier.pool.execute("UPDATE invoices SET paused_until = now() WHERE id = $1", invoice_id)
    assert (await remind(tier, customer_id, invoice_id, 2)).by == "both"
    after = await tier.get(f"/v1/invoices/{invoice_id}")
    assert (after["dunning"], after["paused_until"]) == (2, None)


async def test_resumed_reminders_are_told_to_the_workflow_at_the_level_they_had(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier, 2)
    await decide(tier, invoice_id, "resume", 409)
    await decide(tier, invoice_id, "pause", until=in_days(60), reason="a dispute")
    resumed = await decide(tier, invoice_id, "resume")
    assert resumed["paused_until"] is None
    told = (await last_told(tier, customer_id))["payload"]
    assert told["level"] == 2
    assert datetime.fromisoformat(told["due_at"]) < datetime.now(UTC) + timedelta(days=40)
    shown = await tier.get(f"/v1/invoices/{invoice_id}/dunning")
    assert [one["decision"] for one in shown["decisions"]] == ["pause", "resume"]
    assert [one["way"] for one in shown["reminders"]] == ["mail", "both"]


async def test_a_pause_after_the_last_reminder_brings_the_invoice_back_to_the_supervisor(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier)
    await wait_is_over(tier, invoice_id)
    await ask_supervisors(tier.pool)
    await decide(tier, invoice_id, "pause", until=in_days(5), reason="promised")
    assert await tier.work(customer_id) == []
    assert await ask_supervisors(tier.pool) == 0
    await wait_is_over(tier, invoice_id)
    assert await ask_supervisors(tier.pool) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"decision": "pause", "reason": "promised"}, "until"),
        ({"decision": "pause", "until": "2020-01-01T00:00:00Z", "reason": "promised"}, "until"),
        ({"decision": "resume", "until": "2040-01-01T00:00:00Z"}, "until"),
        ({"decision": "pause", "until": "9999-12-31T23:59:59Z", "reason": "promised"}, "until"),
        ({"decision": "collect"}, "reason"),
    ],
)
async def test_what_a_decision_lacks_is_named(tier: Tier3, said: dict[str, Any], field: str) -> None:
    _, invoice_id = await reminded(tier, 1)
    await tier.pool.execute("UPDATE invoices SET paused_until = now() + interval '1 day' WHERE id = $1", invoice_id)
    refused = await decide(tier, invoice_id, status=422, **said)
    assert refused["errors"][0]["field"] == field


async def test_collection_and_one_more_reminder_are_a_supervisors_and_a_pause_the_account_managers(
    tier: Tier3,
) -> None:
    _, invoice_id = await reminded(tier, 1)
    for decision in ("collect", "remind"):
        refused = await decide(tier, invoice_id, decision, 403, reason="now", who=account_manager())
        assert refused["code"] == "not_supervisor"
    refused = await decide(tier, invoice_id, "pause", 403, until=in_days(3), reason="x", who=account_manager("nobody"))
    assert refused["code"] == "not_owner"


async def test_nothing_is_decided_about_an_invoice_that_is_settled(tier: Tier3) -> None:
    _, invoice_id = await reminded(tier, 1)
    await pay(tier, invoice_id)
    for decision in ("pause", "resume", "remind", "collect"):
        more = {"until": in_days(3)} if decision == "pause" else {}
        assert (await decide(tier, invoice_id, decision, 409, reason="x", **more))["code"] == "wrong_state"


async def test_the_workflow_of_a_customer_who_left_begins_again_for_the_debt_alone(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier, 1)
    await tier.pool.execute("UPDATE customers SET state = 'lost' WHERE id = $1", customer_id)
    await decide(tier, invoice_id, "remind")
    state = CareState.model_validate((await last_told(tier, customer_id))["start_input"]["state"])
    assert (state.stage, state.nudge_at, state.account_manager) == ("lost", None, "oleh")
    await tier.pool.execute("UPDATE customers SET state = 'active' WHERE id = $1", customer_id)
    await decide(tier, invoice_id, "remind")
    assert (await last_told(tier, customer_id))["start_input"] is None


async def test_a_reminder_that_no_workflow_remembers_is_taken_up_again_once_a_day(tier: Tier3) -> None:
    customer_id, invoice_id = await reminded(tier, 1)
    await tier.pool.execute("UPDATE customers SET state = 'cancelled' WHERE id = $1", customer_id)
    await wait_is_over(tier, invoice_id)
    assert await take_up_forgotten(tier.pool) == 0, "its workflow may be about to"
    await wait_is_over(tier, invoice_id, days=2)
    for _ in range(2):
        await take_up_forgotten(tier.pool)
    [told] = await tier.sent(customer_id, "invoice_reopened")
    assert (told["invoice_id"], told["level"]) == (invoice_id, 1)


async def test_an_invoice_that_opened_again_with_nobody_to_hear_it_is_taken_up_from_the_day_it_was_told(
    tier: Tier3,
) -> None:
    """The care of its customer had ended: the outbox found no workflow."""
    customer_id, invoice_id = await reminded(tier, 1)
    await wait_is_over(tier, invoice_id, days=30)
    await tier.pool.execute("UPDATE customers SET state = 'lost' WHERE id = $1", customer_id)
    due_at = datetime.now(UTC) + timedelta(days=3)
    told = {"event_id": "reopened:1", "invoice_id": invoice_id, "due_at": due_at.isoformat(), "level": 1}
    await tier.pool.execute(
        "INSERT INTO outbox (event_id, workflow_id, signal, payload) VALUES ('reopened:1', $1, 'invoice_reopened', $2)",
        f"customer:{customer_id}",
        told,
    )
    assert await take_up_forgotten(tier.pool) == 0, "it is on its way"
    await tier.pool.execute("UPDATE outbox SET state = 'dropped' WHERE event_id = 'reopened:1'")
    assert await take_up_forgotten(tier.pool) == 1
    assert await take_up_forgotten(tier.pool) == 0
    again = await last_told(tier, customer_id)
    assert datetime.fromisoformat(again["payload"]["due_at"]) == due_at
    assert again["start_input"]["state"]["stage"] == "lost"


@pytest.mark.parametrize(("email", "ways"), [(ADDRESS, ["mail"] * 3), (None, ["post"] * 3)])
async def test_who_opted_out_is_written_to_and_not_called_also_after_they_left(
    tier: Tier3, email: str | None, ways: list[str]
) -> None:
    customer_id, account = await tier.customer(email=email)
    close = CloseCustomer(key=f"close:{customer_id}", customer_id=customer_id, stage="opted_out", reason="asked")
    await tier.activities.close_customer(close)
    found = [(await remind(tier, customer_id, account.invoice_id, level)).by for level in (1, 2)]
    await tier.pool.execute("UPDATE customers SET state = 'lost' WHERE id = $1", customer_id)
    found.append((await remind(tier, customer_id, account.invoice_id, 3)).by)
    assert found == ways


async def test_a_call_for_money_that_was_to_be_made_becomes_a_letter_when_they_opt_out(tier: Tier3) -> None:
    customer_id, account = await tier.customer()
    assert (await remind(tier, customer_id, account.invoice_id, 1)).by == "call"
    await tier.post(f"/v1/customers/{customer_id}/opt-out", {"reason": "asked"}, status=202)
    [item] = await tier.work(customer_id, "dunning")
    assert item["payload"]["way"] == "post"
    assert (await tier.http.get(item["payload"]["letter"])).content[:5] == b"%PDF-"
    assert "not_before" not in item["payload"]


async def test_a_letter_without_a_street_says_so(tier: Tier3) -> None:
    await tier.policy(dunning_by=["post"])
    customer_id, account = await tier.customer()
    await remind(tier, customer_id, account.invoice_id, 1)
    [item] = await tier.work(customer_id, "dunning")
    assert item["payload"]["text"].startswith("no street is known")


async def test_whose_address_is_dead_and_who_has_no_number_gets_a_letter(tier: Tier3) -> None:
    customer_id, account = await tier.customer(email=ADDRESS, phones=[])
    await tier.pool.execute(
        "INSERT INTO mail_addresses (address, state, reason) VALUES ($1, 'dead', 'no such mailbox')", ADDRESS
    )
    assert (await remind(tier, customer_id, account.invoice_id, 1)).by == "post"


async def test_a_letter_is_printed_and_done_says_that_it_is_in_the_post(tier: Tier3) -> None:
    await tier.policy(dunning_by=["post"])
    customer_id, account = await tier.customer(language="uk", email=ADDRESS)
    assert (await remind(tier, customer_id, account.invoice_id, 1)).by == "post"
    [item] = await tier.work(customer_id, "dunning")
    printed = await tier.http.get(item["payload"]["letter"])
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages]
    number = (await tier.get(f"/v1/invoices/{account.invoice_id}"))["number"]
    # The letter, and the invoice itself behind it.
    assert len(pages) >= 2 and f"копія рахунка {number}" in " ".join(pages[0].split())
    reminders = f"/v1/invoices/{account.invoice_id}/dunning"
    assert (await tier.get(reminders))["reminders"][0]["sent_at"] is None
    await tier.post(f"/v1/work/{item['id']}/done", {}, status=200)
    assert (await tier.get(reminders))["reminders"][0]["sent_at"] is not None


async def test_no_letter_asks_for_money_that_has_come(tier: Tier3) -> None:
    _, account = await tier.customer()
    path = f"/v1/invoices/{account.invoice_id}"
    assert (await tier.http.get(f"{path}/letter.pdf")).status_code == 200
    money = {"amount": "120.00", "currency": "UAH"}
    await tier.post(f"{path}/payments", {"amount": money, "reference": "bank-1"})
    refused = await tier.http.get(f"{path}/letter.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


async def test_a_letter_is_in_the_organisations_own_words(tier: Tier3) -> None:
    _, account = await tier.customer(language="en")
    words = {"subject": "Money, please: {{number}}", "body": "{{greeting}}\n\nWe miss {{open}}.\n\n{{seller}}"}
    answer = await tier.http.put("/v1/mail-templates/dunning_1/en", json=words, headers=boss())
    assert answer.is_success, answer.text
    printed = await tier.http.get(f"/v1/invoices/{account.invoice_id}/letter.pdf")
    text = PdfReader(io.BytesIO(printed.content)).pages[0].extract_text()
    assert "Money, please: LR-" in text and "We miss" in text


async def test_a_call_for_money_says_from_when_on_it_may_be_made(tier: Tier3) -> None:
    """Somewhere it is night: there a call waits, and a mail with it."""
    await tier.policy(working_days_only=False, dunning_by=["call"], contact_hours={"begin": "09:00", "end": "18:00"})
    waits = set()
    for zone in ("Pacific/Apia", "Asia/Tokyo", "Europe/Kyiv", "America/New_York", "Pacific/Honolulu"):
        customer_id, account = await tier.customer(timezone=zone)
        await remind(tier, customer_id, account.invoice_id, 1)
        [item] = await tier.work(customer_id, "dunning")
        waits.add("not_before" in item["payload"])
    assert waits == {True, False}


async def test_a_queued_reminder_of_an_invoice_in_collection_does_not_leave(tier: Tier3) -> None:
    """Also one that was queued in the moment of the decision."""
    _, invoice_id = await reminded(tier, 1)
    row = await tier.pool.fetchrow("SELECT * FROM mails LIMIT 1")
    for change, why in (
        ("collected_at = now()", "the invoice is in collection"),
        ("collected_at = NULL, paused_until = now() + interval '1 day'", "reminders of the invoice rest"),
    ):
        await tier.pool.execute(f"UPDATE invoices SET {change} WHERE id = $1", invoice_id)
        async with tier.pool.acquire() as conn:
            assert await why_not(conn, Mail.of(row)) == why
