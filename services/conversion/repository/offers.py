"""Offers and their numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.conversion.domain.offers import Offer, OfferMail, OfferState


async def next_number(conn: Connection, year: int) -> str:
    """The next offer number of a year, e.g. `2026-000042`; no gaps, because it is drawn in the offer's transaction."""
    value = await conn.fetchval(
        """INSERT INTO counters (name, value) VALUES ($1, 1)
           ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value""",
        f"offers:{year}",
    )
    return f"{year}-{value:06d}"


_WRITTEN = (
    "id", "deal_id", "number", "version", "state", "lines", "discount_percent", "effective_discount", "tax_percent",
    "taxes", "subtotal", "discount", "net", "tax", "total", "currency", "valid_until", "approve_by", "warn_at",
    "created_by", "created_at", "sent_at",
)  # fmt: skip


async def add(conn: Connection, offer: Offer) -> Offer:
    """Write a new offer."""
    holes = ", ".join(f"${number}" for number in range(1, len(_WRITTEN) + 1))
    row = await conn.fetchrow(
        f"INSERT INTO offers ({', '.join(_WRITTEN)}) VALUES ({holes}) RETURNING *",  # noqa: S608 - constants
        *(_plain(getattr(offer, name)) for name in _WRITTEN),
    )
    return Offer.of(row)


def _plain(value: Any) -> Any:
    return [item.model_dump(mode="json") for item in value] if isinstance(value, list) else value


async def late_approvals(conn: Connection, now: datetime) -> list[Offer]:
    """Offers whose approval is overdue, at most 200."""
    rows = await conn.fetch(
        "SELECT * FROM offers WHERE state = 'awaiting_approval' AND approve_by < $1 ORDER BY approve_by LIMIT 200", now
    )
    return Offer.of_all(rows)


async def raise_level(conn: Connection, offer_id: str, approve_by: datetime | None) -> Offer:
    """Count one more reminder of an approval, and when the next one is due."""
    row = await conn.fetchrow(
        "UPDATE offers SET approval_level = approval_level + 1, approve_by = $2 WHERE id = $1 RETURNING *",
        offer_id,
        approve_by,
    )
    return Offer.of(row)


async def to_warn(conn: Connection, now: datetime) -> list[Offer]:
    """Sent offers that run out soon and of which nobody has been warned, at most 200; they are marked as warned."""
    rows = await conn.fetch(
        """UPDATE offers SET warn_at = NULL WHERE id IN (
               SELECT id FROM offers WHERE state = 'sent' AND warn_at < $1 ORDER BY warn_at LIMIT 200
                  FOR UPDATE SKIP LOCKED) RETURNING *""",
        now,
    )
    return Offer.of_all(rows)


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
    return Offer.of(row)


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
        """SELECT * FROM offers WHERE state IN ('sent', 'awaiting_approval') AND valid_until <= $1
            ORDER BY valid_until LIMIT 500""",
        now,
    )
    return Offer.of_all(rows)


async def get(conn: Connection, offer_id: str) -> Offer:
    """One offer. Raises NotFound."""
    found = await find(conn, offer_id)
    if found is None:
        raise NotFound("there is no such offer")
    return found


async def find(conn: Connection, offer_id: str) -> Offer | None:
    """One offer, or none."""
    return Offer.maybe(await conn.fetchrow("SELECT * FROM offers WHERE id = $1", offer_id))


async def mails_of(conn: Connection, lead_id: str) -> dict[str, OfferMail]:
    """The last mail with each offer of a lead, by the offer's id."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (offer_id) split_part(key, ':', 2) AS offer_id, id AS mail_id, state,
                  count(*) OVER (PARTITION BY split_part(key, ':', 2)) AS mails
             FROM mails WHERE lead_id = $1 AND purpose = 'offer' ORDER BY offer_id, id DESC""",
        lead_id,
    )
    return {row["offer_id"]: OfferMail.of(row) for row in rows}


async def of_deal(conn: Connection, deal_id: str) -> list[Offer]:
    """A deal's offers by version."""
    rows = await conn.fetch("SELECT * FROM offers WHERE deal_id = $1 ORDER BY version", deal_id)
    return Offer.of_all(rows)
