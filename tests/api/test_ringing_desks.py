"""A call that is put through to a manager or an account manager shows on whatever page they have open."""

from __future__ import annotations

import html

from services.account_mgmt.api import build_app as account_mgmt
from services.conversion.api import build_app as conversion
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import tier_2
from tests.fixtures.tier_3 import tier_3
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.conversion import OpenInbound


async def test_a_lead_that_calls_is_shown_to_the_manager_of_its_deal_and_to_nobody_else(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database("ringing_conversion", tier=Tier.CONVERSION, policy="demo")
    async with tier_2(dsn) as tier:
        for person in ("maria", "petro"):
            await tier.manager(person)
        deal = await tier.accepted("maria")
        call = OpenInbound(key="in", workflow_id=deal["workflow_id"], inbound_call_id="7", lead_id=deal["lead_id"])
        await tier.activities.open_inbound(call)
    app = conversion(make_settings(dsn, origin=ORIGIN))
    async with signed_in(app, "conversion", "manager", "maria") as http:
        page = html.unescape((await http.get("/desk/ringing")).text)
    assert f'<a class="lr-b" href="/conversion/desk/deals/{deal["id"]}">ТОВ «Вітер»</a>' in page
    assert "They are put through to you." in page
    app = conversion(make_settings(dsn, origin=ORIGIN))
    async with signed_in(app, "conversion", "manager", "petro") as http:
        assert "is calling" not in (await http.get("/desk/ringing")).text


async def test_a_customer_who_calls_is_shown_to_their_account_manager_for_a_moment(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database("ringing_accounts", tier=Tier.ACCOUNT_MGMT, policy="demo")
    async with tier_3(dsn) as tier:
        customer_id, _ = await tier.customer()
        call = OpenInbound(key="in", workflow_id=ids.customer(customer_id), inbound_call_id="7", lead_id=customer_id)
        await tier.activities.open_inbound(call)
        app = account_mgmt(make_settings(dsn, origin=ORIGIN))
        async with signed_in(app, "account_mgmt", "account_manager", "oleh") as http:
            page = html.unescape((await http.get("/desk/ringing")).text)
            assert f'href="/accounts/desk/customers/{customer_id}">ТОВ «Вітер»</a>' in page
            await tier.pool.execute("UPDATE work_items SET opened_at = opened_at - interval '1 minute'")
            assert "is calling" not in (await http.get("/desk/ringing")).text
