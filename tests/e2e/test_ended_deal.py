"""A deal whose workflow was ended and that is won all the same: one act of ops brings the customer and the invoice."""

from __future__ import annotations

from typing import Any

from leadrelay.check.places import find_places
from leadrelay.stack.data_directory import DataDirectory
from tests.e2e.test_relay import FACTS, LINE, answer_call, next_call
from tests.fixtures.house import House, import_leads, until
from workflows.contracts import ids

REASON = {"reason": "a server was moved", "dry_run": False}


async def ended_deal(house: House) -> tuple[str, str]:
    """A lead and its accepted deal, whose workflow somebody terminated."""
    await house.post("conversion", "/v1/managers", {"id": "maria", "name": "Maria"})
    await house.post("account_mgmt", "/v1/account-managers", {"id": "oleh", "name": "Oleh"})
    campaign = await import_leads(house, "salt", 1, 1290000)
    call = await until(lambda: next_call(house, "anna", campaign))
    await answer_call(house, "anna", call, "interested")

    async def offered() -> Any:
        page = await house.get("conversion", "/v1/hand-overs?state=open")
        return next(iter(page["items"]), None)

    offer = await until(offered)
    path = f"/v1/hand-overs/{offer['item_id']}/accept"
    deal = await house.post("conversion", path, role="manager", person="maria")
    places = await find_places(DataDirectory(house.up.data))
    handle = places.temporal.get_workflow_handle(ids.conversion(offer["lead_id"]))
    await handle.terminate(reason="a server was moved")
    return str(offer["lead_id"]), str(deal["deal_id"])


async def test_a_sale_that_nobody_passed_on_becomes_an_invoice_by_one_act(house: House) -> None:
    lead_id, deal_id = await ended_deal(house)
    await house.post("conversion", f"/v1/deals/{deal_id}/qualify", FACTS, role="manager", person="maria")
    await house.post("conversion", f"/v1/deals/{deal_id}/win", {"lines": [LINE]}, role="manager", person="maria")
    ops = await house.at("ops", "ops", "olena")

    async def set_aside() -> Any:
        rows = (await ops.get("/v1/late")).json()["items"]
        ours = [one for one in rows if one["kind"] == "set_aside" and one["lead_id"] == lead_id]
        return next((one for one in ours if one["code"].startswith("won,")), None)

    row = await until(set_aside)
    assert row["does"] == "retry"
    done = await ops.post(f"/v1/leads/{lead_id}/retry", json=REASON)
    assert done.status_code == 200, done.text
    assert (await ops.post(f"/v1/leads/{lead_id}/retry", json=REASON)).status_code == 409

    async def invoiced() -> Any:
        return (await house.get("account_mgmt", f"/v1/invoices?customer_id={lead_id}"))["items"]

    assert len(await until(invoiced)) == 1
    story = (await ops.get(f"/v1/leads/{lead_id}/story")).json()
    assert (story["head"]["tier"], story["head"]["late"]) == ("account_mgmt", [])
