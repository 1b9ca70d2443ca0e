"""What operators see of a tier from its records: what does not go on by itself, and what passed through it in a day."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


def ops() -> dict[str, str]:
    """The header of an operator."""
    return auth("ops", "ops", "olena")


@pytest_asyncio.fixture(scope="module")
async def board(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("seen_2", tier=Tier.CONVERSION)) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def care(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("seen_3", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def test_a_deal_that_two_managers_accepted_counts_as_one_that_was_handed_over(board: Tier2) -> None:
    async def accepted() -> int:
        standing = (await board.http.get("/v1/standing", headers=ops())).json()
        name, begun_with = "leadrelay_deals_accepted_last_day", {"reason": "interested"}
        found = [one for one in standing["rates"] if one["name"] == name and one["labels"] == begun_with]
        return int(sum(one["value"] for one in found))

    before = await accepted()
    await board.only("vira")
    given = hand_over()
    await board.accepted("vira", given)
    of_the_lead = "FROM hand_overs h JOIN work_items w ON w.id = h.item_id WHERE w.lead_id = $1"
    again = new_id()
    await board.pool.execute(
        f"""INSERT INTO work_items
            SELECT (jsonb_populate_record(w, jsonb_build_object('id', $2::text, 'key', $2::text))).* {of_the_lead}""",
        given.contact.lead_id, again,
    )  # fmt: skip
    await board.pool.execute(
        f"""INSERT INTO hand_overs SELECT (jsonb_populate_record(h, jsonb_build_object('item_id', $2::text))).*
            {of_the_lead}""",
        given.contact.lead_id, again,
    )  # fmt: skip
    assert await accepted() == before + 1


async def late_of(http: httpx.AsyncClient, kind: str) -> list[tuple[str, str]]:
    """What the tier lists as late, of one kind: what should have happened, and the cause."""
    found = (await http.get("/v1/late", headers=ops())).json()["items"]
    return [(one["words"], one["cause"]) for one in found if one["kind"] == kind]


async def test_mails_that_no_server_takes_are_late_as_one_row_and_not_while_others_go_out(care: Tier3) -> None:
    customer_id, _ = await care.customer()
    mail = """INSERT INTO mails (id, key, purpose, lead_id, recipient, subject, body, message_id, created_at, state,
                                 last_error, sent_at)
              VALUES ($1::uuid, $1::text, 'invoice', $2, 'a@example.org', 's', 'b', $1::text,
                      now() - interval '1 hour', $3::text, $4, CASE WHEN $3::text = 'sent' THEN now() END)"""
    for _ in range(2):
        await care.pool.execute(mail, new_id(), customer_id, "queued", "connection refused")
    told = ("mails should have gone out (2 wait)", "the mail server takes none: connection refused")
    assert await late_of(care.http, "mails") == [told]
    await care.pool.execute(mail, new_id(), customer_id, "sent", None)
    assert await late_of(care.http, "mails") == []


async def test_a_file_of_customers_that_nobody_takes_in_is_late(care: Tier3) -> None:
    await care.pool.execute(
        """INSERT INTO imports (id, filename, dry_run, default_region, mapping, encoding, delimiter, header, format,
                                state, created_by, created_at)
           VALUES ($1, 'customers.csv', false, 'UA', '{}', 'utf-8', ',', '{}', 'csv', 'running', 'olena',
                   now() - interval '1 hour')""",
        new_id(),
    )
    told = ("a file of customers should have been taken in", "it is still running")
    assert await late_of(care.http, "import") == [told]
