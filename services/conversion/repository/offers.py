"""Offers and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.conversion.records import Offer, OfferState


def _offer(row: Any) -> Offer:
    return Offer.model_validate(dict(row))


async def next_number(conn: Connection, year: int) -> str:
    """The next offer number of a year, e.g. `2026-000042`; no gaps, because it is drawn in the offer's transaction."""
    value = await conn.fetchval(
        """INSERT INTO counters (name, value) VALUES ($1, 1)
           ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value""",
        f"offers:{year}",
    )
    return f"{year}-{value:06d}"


async def add(conn: Connection, offer: Offer) -> Offer:
    """Write a new offer."""
    row = await conn.fetchrow(
        """INSERT INTO offers (id, deal_id, number, version, state, lines, discount_percent, tax_percent, subtotal,
                               discount, net, tax, total, currency, valid_until, created_by, created_at, sent_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING *""",
        offer.id,
        offer.deal_id,
        offer.number,
        offer.version,
        offer.state,
        offer.lines,
        offer.discount_percent,
        offer.tax_percent,
        offer.subtotal,
        offer.discount,
        offer.net,
        offer.tax,
        offer.total,
        offer.currency,
        offer.valid_until,
        offer.created_by,
        offer.created_at,
        offer.sent_at,
    )
    return _offer(row)


async def decide(conn: Connection, offer_id: str, state: OfferState, *, by: str, at: datetime) -> Offer:
    """Write a decision about an offer."""
    row = await conn.fetchrow(
        """UPDATE offers SET state = $2, decided_by = $3, decided_at = $4,
                  sent_at = CASE WHEN $2 = 'sent' THEN $4 ELSE sent_at END WHERE id = $1 RETURNING *""",
        offer_id,
        state,
        by,
        at,
    )
    return _offer(row)


async def close_open(conn: Connection, deal_id: str, state: OfferState) -> list[str]:
    """Close a deal's offers that wait for an answer; their ids."""
    rows = await conn.fetch(
        """UPDATE offers SET state = $2 WHERE deal_id = $1 AND state IN ('sent', 'awaiting_approval')
           RETURNING id""",
        deal_id,
        state,
    )
    return [row["id"] for row in rows]


async def expiring(conn: Connection, now: datetime) -> list[Offer]:
    """Offers whose time is over and that nobody has answered, at most 500."""
    rows = await conn.fetch(
        """SELECT * FROM offers WHERE state IN ('sent', 'awaiting_approval') AND valid_until < $1
            ORDER BY valid_until LIMIT 500""",
        now,
    )
    return [_offer(row) for row in rows]


async def get(conn: Connection, offer_id: str) -> Offer:
    """One offer. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM offers WHERE id = $1", offer_id)
    if row is None:
        raise NotFound("there is no such offer")
    return _offer(row)


async def of_deal(conn: Connection, deal_id: str) -> list[Offer]:
    """A deal's offers by version."""
    rows = await conn.fetch("SELECT * FROM offers WHERE deal_id = $1 ORDER BY version", deal_id)
    return [_offer(row) for row in rows]


def to_win(offers: Sequence[Offer]) -> Offer | None:
    """The offer a sale rests on: the last accepted one, else the last one sent."""
    for state in ("accepted", "sent"):
        found = [offer for offer in offers if offer.state == state]
        if found:
            return found[-1]
    return None
