"""Two customers who are one: everything of the one becomes the other's, and can be taken apart again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from services.account_mgmt.repository.customer_merges import MOVED, STAY
from tests.fixtures.desk_3 import desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, account_manager, account_request, boss, nudge_request, tier_3
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.erasure import ErasePerson


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_mgmt_customer_merges", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


async def two(tier: Tier3, **contact: Any) -> tuple[str, str]:
    """(kept, gone), each with an order and its open invoice."""
    kept, _ = await tier.customer(company="Viter")
    other = {"company": "Viter Trans", "phones": ["+380671112233"], "email": "office@viter.example", **contact}
    gone, _ = await tier.customer(**other)
    return kept, gone


async def merge(tier: Tier3, kept: str, gone: str, status: int = 201, headers: Any = None) -> dict[str, Any]:
    return dict(await tier.post(f"/v1/customers/{kept}/merge", {"gone": gone}, status, headers=headers))


async def register(tier: Tier3, lead_id: str) -> list[dict[str, Any]]:
    rows = await tier.pool.fetch(
        "SELECT start_input FROM outbox WHERE activity = 'lead_gen.update_register' ORDER BY id"
    )
    return [row["start_input"] for row in rows if row["start_input"]["lead_id"] == lead_id]


async def test_every_table_that_names_a_customer_moves_or_says_why_not(tier: Tier3) -> None:
    rows = await tier.pool.fetch(
        """SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)
            WHERE c.column_name = 'customer_id' AND c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"""
    )
    assert {row["table_name"] for row in rows} <= {table for table, *_ in MOVED} | STAY.keys()


async def test_what_a_merge_would_do_is_shown_and_changes_nothing(tier: Tier3) -> None:
    kept, gone = await two(tier, tax_id="14360570")
    before = await tier.counts()
    shown = await tier.get(f"/v1/customers/{kept}/merge?gone={gone}")
    assert (shown["moves"]["orders"], shown["moves"]["invoices"]) == (1, 1)
    assert shown["fills"] == ["email", "tax_id"]
    assert shown["differ"] == ["company"]
    assert await tier.counts() == before


async def test_orders_invoices_needs_and_work_become_those_of_the_one_that_stays(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await tier.post(f"/v1/customers/{gone}/needs", {"text": "containers"})
    await tier.post(f"/v1/customers/{gone}/complaints", {"text": "late"})
    nudge = await tier.activities.open_nudge(nudge_request(gone))
    done = await merge(tier, kept, gone)
    assert (done["moved"]["orders"], done["moved"]["invoices"], done["moved"]["needs"]) == (1, 1, 1)
    assert len((await tier.get(f"/v1/customers/{kept}/orders"))["items"]) == 2
    assert {row["workflow_id"] for row in await tier.work(kept, "complaint")} == {ids.customer(kept)}
    state = await tier.pool.fetchval("SELECT state FROM work_items WHERE id = $1", nudge.item_id)
    assert state == "cancelled"
    contact = (await tier.get(f"/v1/customers/{kept}"))["contact"]
    assert contact["phones"] == ["+380441234567", "+380671112233"]
    assert (contact["company"], contact["email"]) == ("Viter", "office@viter.example")
    assert (await tier.get(f"/v1/customers/{gone}"))["merged_into"] == kept
    assert [one["id"] for one in (await tier.get("/v1/customers"))["items"]] == [kept]
    await tier.post(f"/v1/customers/{gone}/orders", {"lines": [LINE]}, 409)


async def test_one_care_goes_on_with_the_open_invoices_and_the_other_hears_where_it_went(tier: Tier3) -> None:
    kept, gone = await two(tier)
    [invoice] = [one["id"] for one in (await tier.get(f"/v1/invoices?customer_id={gone}"))["items"]]
    await merge(tier, kept, gone)
    [told] = await tier.sent(gone, "merged")
    assert told["into"] == kept
    [told] = await tier.sent(kept, "merged")
    assert [one["invoice_id"] for one in told["takes"]] == [invoice]
    assert told["next_nudge_at"]
    await tier.post(f"/v1/invoices/{invoice}/payments", {"amount": {"amount": "120.00", "currency": "UAH"},
                                                         "reference": "R1"})  # fmt: skip
    assert [one["invoice_id"] for one in await tier.sent(kept, "invoice_paid")] == [invoice]


async def test_calls_of_the_one_that_went_reach_whoever_looks_after_the_other_from_then_on(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await tier.post("/v1/account-managers", {"id": "iryna", "name": "Iryna", "capacity": 5}, headers=boss())
    await merge(tier, kept, gone)
    place = (await register(tier, gone))[-1]
    assert (place["owner"], place["workflow_id"]) == ("oleh", ids.customer(kept))
    await tier.post(
        f"/v1/customers/{kept}/assign", {"account_manager": "iryna", "reason": "closer"}, 200, headers=boss()
    )
    place = (await register(tier, gone))[-1]
    assert (place["owner"], place["workflow_id"]) == ("iryna", ids.customer(kept))


async def test_a_sale_that_comes_for_the_one_that_went_is_the_others(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await merge(tier, kept, gone)
    opened = await tier.activities.open_account(account_request(gone))
    assert opened.merged_into == kept
    assert len((await tier.get(f"/v1/customers/{kept}/orders"))["items"]) == 3
    assert [one["invoice_id"] for one in await tier.sent(kept, "order_placed")] == [opened.invoice_id]


async def test_whoever_wants_no_reminders_gets_none_after_a_merge_either(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await tier.post(f"/v1/customers/{gone}/opt-out", {"reason": "asked us"}, 202)
    await merge(tier, kept, gone)
    assert (await tier.get(f"/v1/customers/{kept}"))["state"] == "opted_out"
    assert await tier.sent(kept, "do_not_call")


async def test_a_merge_is_undone_and_later_records_stay_with_the_one_that_was_kept(tier: Tier3) -> None:
    kept, gone = await two(tier)
    before = [await tier.get(f"/v1/customers/{one}") for one in (kept, gone)]
    done = await merge(tier, kept, gone)
    await tier.post(f"/v1/customers/{kept}/needs", {"text": "after"})
    undone = await tier.post(f"/v1/customer-merges/{done['id']}/undo", {}, 200)
    assert undone["undone_by"] == "oleh"
    after = [await tier.get(f"/v1/customers/{one}") for one in (kept, gone)]
    for name in ("contact", "billing", "state", "account_manager"):
        assert [one[name] for one in after] == [one[name] for one in before]
    assert len((await tier.get(f"/v1/customers/{gone}/orders"))["items"]) == 1
    assert len((await tier.get(f"/v1/customers/{kept}/needs"))["items"]) == 1
    [_, back] = await tier.sent(gone, "merged")
    assert (back["apart"], len(back["takes"])) == (True, 1)
    [_, left] = await tier.sent(kept, "merged")
    assert left["leaves"] == [back["takes"][0]["invoice_id"]]
    assert (await register(tier, gone))[-1]["workflow_id"] == ids.customer(gone)
    assert (await tier.post(f"/v1/customer-merges/{done['id']}/undo", {}, 409))["code"] == "wrong_state"


async def test_after_a_month_and_after_a_further_merge_nothing_is_undone(tier: Tier3) -> None:
    kept, gone = await two(tier)
    third, _ = await tier.customer(company="Third", phones=["+380671112244"])
    done = await merge(tier, kept, gone)
    further = await merge(tier, third, kept)
    assert (await tier.post(f"/v1/customer-merges/{done['id']}/undo", {}, 409))["code"] == "merged_further"
    await tier.pool.execute("UPDATE customer_merges SET at = at - interval '31 days'")
    assert (await tier.post(f"/v1/customer-merges/{further['id']}/undo", {}, 409))["code"] == "too_late"


WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("PATCH", "", {"city": "Lviv"}),
    ("POST", "/needs", {"text": "containers"}),
    ("POST", "/people", {"name": "Anna"}),
    ("POST", "/complaints", {"text": "late"}),
    ("POST", "/orders", {"lines": [LINE]}),
    ("POST", "/opt-out", {"reason": "asked"}),
    ("PUT", "/never-offer/ftl", {"reason": "asked"}),
    ("PUT", "/e-invoice", {"e_invoice": "none"}),
    ("POST", "/assign", {"account_manager": "oleh", "reason": "asked"}),
]


async def test_nothing_is_written_on_a_record_that_was_merged_and_who_they_are_now_is_named(tier: Tier3) -> None:
    kept, gone = await two(tier)
    third, _ = await tier.customer(company="Third", phones=["+380671112244"])
    await merge(tier, kept, gone)
    await merge(tier, third, kept)
    before = await tier.counts()
    for method, path, body in WRITES:
        refused = await tier.http.request(method, f"/v1/customers/{gone}{path}", json=body, headers=boss())
        assert (path, refused.status_code, refused.json()["code"]) == (path, 409, "merged")
        assert (refused.json()["customer_id"], refused.json()["company"]) == (third, "Third")
    assert await tier.counts() == before


async def test_a_page_of_the_one_that_went_leads_to_the_one_that_stays(tier: Tier3, dsn: str) -> None:
    kept, gone = await two(tier)
    await merge(tier, kept, gone)
    async with desk_3(dsn) as desk:
        for path in ("", "/story"):
            answer = await desk.http.get(f"/desk/customers/{gone}{path}")
            assert (answer.status_code, answer.headers["Location"]) == (303, f"/accounts/desk/customers/{kept}{path}")


async def test_a_complaint_that_moves_puts_the_customer_at_risk_until_it_goes_back(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await tier.post(f"/v1/customers/{gone}/complaints", {"text": "late"})
    done = await merge(tier, kept, gone)
    assert (await tier.get(f"/v1/customers/{kept}"))["state"] == "at_risk"
    assert [told["standing"] for told in await tier.sent(kept, "standing_changed")] == ["at_risk"]
    await tier.post(f"/v1/customer-merges/{done['id']}/undo", {}, 200)
    states = [(await tier.get(f"/v1/customers/{one}"))["state"] for one in (kept, gone)]
    assert states == ["active", "at_risk"]


async def test_nobody_whom_one_talked_to_is_lost_and_nobody_is_there_twice(tier: Tier3) -> None:
    kept, gone = await two(tier, contact_name="Olha")
    await tier.pool.execute(
        """UPDATE customers SET contact = contact || '{"contact_name": "Ivan"}' WHERE id = $1""", kept
    )
    for one, name in ((kept, "Anna"), (gone, "ANNA")):
        await tier.post(f"/v1/customers/{one}/people", {"name": name, "phones": ["+380501112233"]})
    done = await merge(tier, kept, gone)
    people = (await tier.get(f"/v1/customers/{kept}/people"))["items"]
    assert [one["name"] for one in people if one["id"]] == ["Anna", "Olha"]
    await tier.post(f"/v1/customer-merges/{done['id']}/undo", {}, 200)
    people = (await tier.get(f"/v1/customers/{kept}/people"))["items"]
    assert [one["name"] for one in people if one["id"]] == ["Anna"]


async def test_debts_of_two_who_have_left_open_a_care_that_reminds_of_them(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await tier.pool.execute("UPDATE customers SET state = 'lost' WHERE id = ANY($1::uuid[])", [kept, gone])
    await merge(tier, kept, gone)
    started = await tier.pool.fetchval(
        "SELECT start_input FROM outbox WHERE workflow_id = $1 AND signal = 'merged'", ids.customer(kept)
    )
    assert (started["customer_id"], started["state"]["stage"]) == (kept, "lost")


async def test_whoever_is_erased_after_a_merge_is_erased_in_both_and_not_brought_back_by_an_undo(tier: Tier3) -> None:
    kept, gone = await two(tier)
    done = await merge(tier, kept, gone)
    request = ErasePerson(key="e-1", lead_ids=[gone], by="boss", at=datetime.now(UTC))
    await tier.activities.erase_person(request)
    for one in (kept, gone):
        assert (await tier.get(f"/v1/customers/{one}"))["contact"]["phones"] == []
    kept_of_it = await tier.pool.fetchval("SELECT moved::text FROM customer_merges")
    assert "+380" not in kept_of_it and "@" not in kept_of_it
    assert (await tier.post(f"/v1/customer-merges/{done['id']}/undo", {}, 409))["code"] == "erased"


async def test_who_may_merge_and_whom(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await tier.post("/v1/account-managers", {"id": "iryna", "name": "Iryna", "capacity": 5}, headers=boss())
    await tier.post(
        f"/v1/customers/{gone}/assign", {"account_manager": "iryna", "reason": "closer"}, 200, headers=boss()
    )
    for person in ("oleh", "iryna", "stranger"):
        await merge(tier, kept, gone, 403, headers=account_manager(person))
    await merge(tier, kept, kept, 422, headers=boss())
    await merge(tier, kept, gone, headers=boss())
    assert (await merge(tier, kept, gone, 409, headers=boss()))["code"] == "merged"


async def test_the_one_that_stays_has_not_left(tier: Tier3) -> None:
    kept, gone = await two(tier)
    await tier.pool.execute("UPDATE customers SET state = 'lost' WHERE id = $1", kept)
    assert (await merge(tier, kept, gone, 409))["code"] == "wrong_state"
    await merge(tier, gone, kept)


async def test_the_page_finds_the_other_one_shows_what_moves_merges_and_takes_apart(tier: Tier3, dsn: str) -> None:
    kept, gone = await two(tier)
    async with desk_3(dsn) as desk:
        assert f"gone={gone}" in await desk.page(f"customers/{kept}/merge", q="Viter")
        page = await desk.page(f"customers/{kept}/merge", q="Viter", gone=gone)
        assert "Viter Trans goes into Viter" in page
        assert "office@viter.example" in page and "The one that goes" in page and "Macro" not in page
        assert (await desk.act(f"customers/{kept}/merge", htmx=False, gone=gone)).status_code == 303
        page = await desk.page(f"customers/{kept}/merge")
        merge_id = page.partition('name="merge_id" value="')[2].partition('"')[0]
        answer = await desk.act(f"customers/{kept}/merge/undo", htmx=False, merge_id=merge_id)
        assert answer.headers["Location"].endswith(f"{gone}/story")
    assert (await tier.get(f"/v1/customers/{gone}"))["merged_into"] is None
