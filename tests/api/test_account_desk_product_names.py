"""A product that has names by language is called on staff's pages as whoever reads them speaks."""

from __future__ import annotations

import html

from services.account_mgmt.api import build_app
from tests.fixtures.http import make_settings
from tests.fixtures.pages import ORIGIN, signed_in
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import tier_3
from workflows.contracts.base import Tier


async def test_a_sample_product_is_called_as_its_reader_speaks(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("product_names", tier=Tier.ACCOUNT_MGMT)
    async with tier_3(dsn) as tier:
        customer, _ = await tier.customer(company="Beta", phones=[])
        await tier.post(f"/v1/customers/{customer}/needs", {"text": "cold ones", "product_id": "REEFER"})
        refused = await tier.http.put(f"/v1/customers/{customer}/never-offer/CUSTOMS", json={"reason": "their own"})
        assert refused.is_success, refused.text
    places = {
        "/desk/settings/products": 1,
        f"/desk/customers/{customer}": 2,
        f"/desk/customers/{customer}/order/products?q=20": 1,
        "/desk/contracts/products?q=20": 1,
    }
    called = {"uk": ("Рефрижератор, 20 т", "Митне оформлення"), "en": ("Refrigerated truck, 20 t", "Customs clearance")}
    async with signed_in(build_app(make_settings(dsn, origin=ORIGIN)), "account_mgmt", "supervisor", "boss") as http:
        for language, names in called.items():
            for place, shown in places.items():
                page = html.unescape((await http.get(place, headers={"Accept-Language": language})).text)
                assert all(name in page for name in names[:shown]), (language, place)
