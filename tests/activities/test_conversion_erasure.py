"""A person who is erased leaves figures in tier 2, and nothing that says who it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.chassis.mail import NewMail, queue_mail
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.secrets import tables_with
from tests.fixtures.tier_2 import LINE, Tier2, hand_over, in_days, request, tier_2, whose
from workflows.contracts import ids
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.conversion import AddHandOver, CallRecord, HandOver, HandOverReason, OpenInbound
from workflows.contracts.erasure import ErasePerson

ANNA = "anna"
PHONE, EMAIL, NAME, COMPANY = "+380441238877", "olena.secret@erasme.example", "Olena Tajemna", "Tajemnytsia"
SECRETS = (PHONE[1:], EMAIL, NAME, COMPANY)


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_erasure", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager(ANNA, email="anna@house.example")
        yield tier


def secret(lead_id: str, **changes: object) -> HandOver:
    contact = ContactCard(
        lead_id=lead_id, company=COMPANY, contact_name=NAME, phones=[PHONE], email=EMAIL, city="Київ", tax_id="12345674"
    )
    call = CallRecord(at=datetime(2025, 3, 3, 9, tzinfo=UTC), by="caller-1", outcome="interested", note=NAME)
    values = {"contact": contact, "question": f"{NAME} asks", "needs": f"for {COMPANY}", "story": [call]}
    return hand_over(lead_id, **{**values, **changes})


def erasing(*lead_ids: str) -> ErasePerson:
    return ErasePerson(key=f"erase:{lead_ids[0]}:conversion", lead_ids=list(lead_ids), by="boss", at=datetime.now(UTC))


async def worked(tier: Tier2) -> tuple[str, str]:
    """(lead, deal) about which everything has been written down that a manager can write."""
    lead_id = new_id()
    deal_id = (await tier.accepted(ANNA, secret(lead_id)))["id"]
    path = f"/v1/deals/{deal_id}"
    await tier.post(f"{path}/notes", {"text": f"{NAME} likes tea"}, ANNA)
    facts = {"need": NAME, "authority": NAME, "timing": "soon"}
    await tier.post(f"{path}/qualify", facts, ANNA)
    meeting = {"starts_at": in_days(3), "outside_hours": True, "kind": "visit", "place": f"{COMPANY}, Kyiv"}
    await tier.post(f"{path}/meetings", meeting, ANNA)
    await tier.post(
        f"{path}/offers", {"lines": [LINE, {**LINE, "product_id": None, "description": f"for {NAME}"}]}, ANNA
    )
    call = OpenInbound(
        key=f"in:{lead_id}", workflow_id=ids.conversion(lead_id), inbound_call_id="7", lead_id=lead_id, note=NAME
    )
    await tier.activities.open_inbound(call)
    await tier.activities.add_hand_over(
        AddHandOver(key=f"add:{lead_id}", lead_id=lead_id, hand_over=secret(lead_id, id="2", question=f"{NAME}, again"))
    )
    return lead_id, deal_id


async def test_after_an_erasure_no_table_of_tier_2_knows_the_person(conversion: Tier2) -> None:
    lead_id, deal_id = await worked(conversion)
    assert {"deals", "hand_overs", "timeline", "meetings", "offers", "mails", "work_items"} <= await tables_with(
        conversion.pool, SECRETS
    )
    await conversion.activities.erase_person(erasing(lead_id))
    assert await tables_with(conversion.pool, SECRETS) == set()
    deal = await conversion.get(f"/v1/deals/{deal_id}")
    assert (deal["stage"], deal["contact"]["company"]) == ("lost", "erased")


async def test_an_erasure_ends_open_work_meetings_and_the_workflow(conversion: Tier2) -> None:
    lead_id, deal_id = await worked(conversion)
    await conversion.activities.erase_person(erasing(lead_id))
    await conversion.activities.erase_person(erasing(lead_id))
    cancels = [payload for signal, payload in await conversion.signals(lead_id) if signal == "cancel"]
    assert [(cancel["reason"], cancel["by"]) for cancel in cancels] == [("erased", "boss")]
    left = "SELECT count(*) FROM work_items WHERE lead_id = $1 AND state IN ('open', 'leased')"
    assert await conversion.pool.fetchval(left, lead_id) == 0
    states = await conversion.pool.fetch("SELECT state FROM meetings WHERE deal_id = $1", deal_id)
    assert [row["state"] for row in states] == ["cancelled"]


async def test_the_lead_gets_no_mail_after_an_erasure_but_the_managers_calendar_is_freed(conversion: Tier2) -> None:
    lead_id, _ = await worked(conversion)
    async with conversion.pool.acquire() as conn:
        await queue_mail(conn, NewMail(key="x", purpose="playbook", to=EMAIL, subject=NAME, text=NAME, lead_id=lead_id))
    await conversion.activities.erase_person(erasing(lead_id))
    rows = await conversion.pool.fetch("SELECT recipient, body FROM mails WHERE state = 'queued'")
    assert [row["recipient"] for row in rows] == ["anna@house.example"]


async def test_a_won_deal_stays_won_with_its_commission(conversion: Tier2) -> None:
    lead_id, deal_id = await worked(conversion)
    await conversion.post(f"/v1/deals/{deal_id}/win", {"lines": [LINE], "note": "thanks"}, ANNA)
    ledger = await conversion.pool.fetch("SELECT * FROM commissions ORDER BY id")
    await conversion.activities.erase_person(erasing(lead_id))
    deal = await conversion.get(f"/v1/deals/{deal_id}")
    assert (deal["stage"], deal["contact"]["company"]) == ("won", "erased")
    assert await conversion.pool.fetch("SELECT * FROM commissions ORDER BY id") == ledger
    # The order that is on its way to tier 3 arrives: a sale stays one.
    assert [signal for signal, _ in await conversion.signals(lead_id)] == ["won", "cancel"]


async def test_what_a_manager_corrected_goes_too_also_from_a_sale_on_its_way(conversion: Tier2) -> None:
    lead_id, deal_id = await worked(conversion)
    headers = {**whose(ANNA), "If-Match": "*"}
    change = {"company": f"{NAME} & Co"}
    answer = await conversion.http.patch(f"/v1/deals/{deal_id}/contact", json=change, headers=headers)
    assert answer.status_code == 200
    await conversion.post(f"/v1/deals/{deal_id}/win", {"lines": [LINE]}, ANNA)
    await conversion.activities.erase_person(erasing(lead_id))
    assert await tables_with(conversion.pool, SECRETS) == set()


@pytest.mark.parametrize("reason", [HandOverReason.INTERESTED, HandOverReason.INBOUND])
async def test_a_hand_over_that_comes_after_the_erasure_is_not_written_down(
    conversion: Tier2, reason: HandOverReason
) -> None:
    lead_id = new_id()
    await conversion.activities.erase_person(erasing(lead_id))
    offer = await conversion.activities.offer_deal(request(secret(lead_id, reason=reason)))
    assert (offer.deal_id, offer.item_id, offer.waiting) == ("", None, True)
    call = OpenInbound(key="in", workflow_id=ids.conversion(lead_id), inbound_call_id="7", lead_id=lead_id, note=NAME)
    await conversion.activities.open_inbound(call)
    assert await tables_with(conversion.pool, SECRETS) == set()
    assert [signal for signal, _ in await conversion.signals(lead_id)] == ["cancel"]


async def test_another_leads_records_are_untouched(conversion: Tier2) -> None:
    lead_id, _ = await worked(conversion)
    other = await conversion.accepted(ANNA, hand_over(question="how much?"))
    await conversion.activities.erase_person(erasing(lead_id))
    assert await conversion.get(f"/v1/deals/{other['id']}") == other


async def test_leads_that_were_one_person_are_erased_together(conversion: Tier2) -> None:
    first, _ = await worked(conversion)
    second = new_id()
    await conversion.offered(secret(second, wished_meeting=datetime.now(UTC) + timedelta(days=1)))
    await conversion.activities.erase_person(erasing(first, second))
    assert await tables_with(conversion.pool, SECRETS) == set()
