"""What a new database of tier 3 begins with: a policy, a legal entity, a small catalogue."""

from __future__ import annotations

from decimal import Decimal

from services.account_mgmt.actions.products import publish_catalogue
from services.account_mgmt.domain.legal_entities import SAMPLE_TAX_ID
from services.account_mgmt.domain.policy import PRESETS
from services.account_mgmt.domain.products import SEEDED_BY
from services.account_mgmt.repository import legal_entities, products
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.legal_entities import NewEntity
from services.account_mgmt.schemas.products import NewProduct
from services.chassis.db import Connection
from workflows.contracts.base import Money

# The account is the example of the IBAN registry (SWIFT): nobody's.
ENTITY = NewEntity(
    id="LR",
    name="Leadrelay Freight LLC",
    tax_id=SAMPLE_TAX_ID,
    address="Kyiv, Khreshchatyk 1",
    country="UA",
    iban="UA213223130000026007233566001",
    currency="UAH",
)
CATALOGUE = (
    ("FTL-20", "Full truck, 20 t, domestic", "Повне авто Україною, 20 т", "trip", "28500.00"),
    ("FTL-EU", "Full truck, 22 t, to the EU border", "Повне авто до кордону ЄС, 22 т", "trip", "64000.00"),
    ("LTL", "Groupage, per pallet", "Збірний вантаж, за палету", "pallet", "1850.00"),
    ("REEFER", "Refrigerated truck, 20 t", "Рефрижератор, 20 т", "trip", "41000.00"),
    ("CUSTOMS", "Customs clearance", "Митне оформлення", "service", "4200.00"),
    ("STORE", "Cross-dock storage, per pallet and week", "Зберігання на крос-доку, за палету на тиждень", "pallet",
     "320.00"),
)  # fmt: skip
"""Products by article number, named in English for all other languages and in Ukrainian, with unit and price."""


async def seed(conn: Connection, policy: str) -> None:
    """Write the preset `standard` or `demo`, entity and catalogue, if they are not there yet."""
    await policies.add_first(conn, PRESETS[policy], SEEDED_BY)
    await legal_entities.add(conn, ENTITY.model_dump())
    for product_id, name, ukrainian, unit, price in CATALOGUE:
        sold = Money(amount=Decimal(price))
        new = NewProduct(id=product_id, name=name, names={"uk": ukrainian}, unit=unit, price=sold)
        await products.add(conn, new.model_dump(exclude={"price"}), new.price, SEEDED_BY)
    # Once: its event id is known from the second time on.
    await publish_catalogue(conn, len(CATALOGUE), SEEDED_BY, since=0)
