"""The customer card, as of now."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.domain.card import Card, build_card
from services.account_mgmt.repository import card
from services.chassis.db import Connection


async def read_card(conn: Connection, customer_id: str) -> Card:
    """The working instruction for one customer. Raises NotFound."""
    return build_card(await card.read(conn, customer_id), datetime.now(UTC))
