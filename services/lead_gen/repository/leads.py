"""The register: leads, their numbers, and where each is now."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.contacts.identity import keys_of
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.criteria_fields import fold
from services.lead_gen.domain.leads import Lead, LeadFilter, Place
from services.lead_gen.domain.places import place_fields
from services.lead_gen.repository.criteria_sql import folded_sql

# What stands beside a lead's language and time zone.
PLACE_BESIDE = ("country", "language_from", "timezone_from", "zones")
COLUMNS = (
    "company",
    "contact_name",
    "email",
    "industry",
    "size",
    "region",
    "city",
    "language",
    "timezone",
    "website",
    "tax_id",
    *PLACE_BESIDE,
)


# What an export holds, in this order.
EXPORTED = (
    "id", "company", "contact_name", "phones", "email", "industry", "size", "region", "city", "language", "website",
    "tax_id", "source", "tier", "stage", "owner", "score", "created_at",
)  # fmt: skip

_SELECT = """
SELECT l.*, coalesce(p.phones, '{}') AS phones
  FROM leads l
  LEFT JOIN LATERAL (SELECT array_agg(phone ORDER BY bad, position) AS phones
                       FROM lead_phones WHERE lead_id = l.id) p ON true
"""
_NAME = folded_sql("l.company", apostrophes=True)
# Id of the lead that the number $1 calls from.
CALLER = """coalesce((SELECT lead_id FROM lead_phones WHERE phone = $1),
                     (SELECT min(lead_id::text)::uuid FROM lead_phones
                       WHERE phone LIKE '%;%' AND split_part(phone, ';', 1) = $1 HAVING count(DISTINCT lead_id) = 1))"""
_ADD_PHONES = """INSERT INTO lead_phones (phone, lead_id, position)
    SELECT phone, $1, (SELECT count(*) FROM lead_phones WHERE lead_id = $1) + n
      FROM unnest($2::text[]) WITH ORDINALITY AS given (phone, n)
    ON CONFLICT (phone) DO NOTHING"""
_ADD_KEYS = """INSERT INTO lead_keys (key, lead_id) SELECT key, $1 FROM unnest({keys}::text[]) key
    ON CONFLICT DO NOTHING"""


async def get(conn: Connection, lead_id: str) -> Lead:
    """Read a lead. Raises NotFound."""
    row = await conn.fetchrow(f"{_SELECT} WHERE l.id = $1", lead_id)
    if row is None:
        raise NotFound(f"There is no lead {lead_id}")
    return Lead.of(row)


async def lock(conn: Connection, lead_id: str) -> Lead:
    """Read a lead and hold it: whoever decides where it goes next decides alone. Raises NotFound."""
    await conn.execute("SELECT 1 FROM leads WHERE id = $1 FOR UPDATE", lead_id)
    return await get(conn, lead_id)


async def find_by_phone(conn: Connection, phone: str) -> str | None:
    """Id of the lead that has this E.164 number."""
    found: str | None = await conn.fetchval("SELECT lead_id FROM lead_phones WHERE phone = $1", phone)
    return found


async def find_caller(conn: Connection, phone: str) -> str | None:
    """Id of the lead that this number calls from: its own, or that of the only one behind a switchboard's number."""
    found: str | None = await conn.fetchval(f"SELECT {CALLER}", phone)
    return found


async def reached_by(conn: Connection, phone: str) -> list[str]:
    """Ids of the leads with this number, and of all behind it if it is a switchboard's; in the order of locks."""
    rows = await conn.fetch(
        """SELECT lead_id FROM lead_phones WHERE phone = $1
           UNION SELECT lead_id FROM lead_phones WHERE phone LIKE '%;%' AND split_part(phone, ';', 1) = $1
           ORDER BY lead_id""",
        phone,
    )
    return [row["lead_id"] for row in rows]


async def in_order(conn: Connection, lead_ids: Sequence[str]) -> list[Lead]:
    """The leads with these ids, in the given order; unknown ids are left out."""
    rows = await conn.fetch(f"{_SELECT} WHERE l.id = ANY($1::uuid[])", list(lead_ids))
    found = {row["id"]: row for row in rows}
    return Lead.of_all(found[lead_id] for lead_id in lead_ids if lead_id in found)


def _literally(text: str) -> str:
    """The text itself, for SQL's LIKE."""
    return re.sub(r"[\\%_]", r"\\\g<0>", text)


async def page(conn: Connection, wanted: LeadFilter, *, limit: int, after: tuple[datetime, str] | None) -> list[Lead]:
    """A page of leads in order of creation; erased and merged ones only where their stage is asked for."""
    rows = await conn.fetch(
        f"""{_SELECT}
        WHERE ($1::text IS NULL OR l.tier = $1) AND ($2::text IS NULL OR l.stage = $2)
          AND ($2 IN ('erased', 'merged') OR l.stage NOT IN ('erased', 'merged'))
          AND ($3::uuid IS NULL OR l.campaign_id = $3)
          AND ($4::text IS NULL OR (name_letters(l.company) LIKE name_letters($4) AND {_NAME} LIKE $4))
          AND ($5::timestamptz IS NULL OR (l.created_at, l.id) > ($5, $6::uuid))
        ORDER BY l.created_at, l.id LIMIT $7""",
        wanted.tier,
        wanted.stage,
        wanted.campaign_id,
        None if wanted.q is None else f"%{_literally(fold(wanted.q))}%",
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Lead.of_all(rows)


async def exported(conn: Connection, wanted: LeadFilter) -> AsyncIterator[Sequence[Any]]:
    """Rows of an export, one after another, in the order of EXPORTED. Erased and merged leads are left out."""
    async with conn.transaction():
        async for row in conn.cursor(
            f"""SELECT {", ".join(f"l.{name}" if name != "phones" else "p.phones" for name in EXPORTED)}
                  FROM leads l LEFT JOIN LATERAL (SELECT string_agg(phone, '; ' ORDER BY position) AS phones
                                                    FROM lead_phones WHERE lead_id = l.id) p ON true
                 WHERE l.stage NOT IN ('erased', 'merged')
                   AND ($1::text IS NULL OR l.tier = $1) AND ($2::text IS NULL OR l.stage = $2)
                   AND ($3::uuid IS NULL OR l.campaign_id = $3)
                 ORDER BY l.created_at, l.id""",  # noqa: S608 - columns and expressions named here
            wanted.tier,
            wanted.stage,
            wanted.campaign_id,
            prefetch=1000,
        ):
            yield tuple(row)


async def find_by_key(conn: Connection, key: str) -> str | None:
    """Id of the lead that is known by this key: `t:` tax id, `e:` e-mail, `d:` web domain."""
    found: str | None = await conn.fetchval("SELECT lead_id FROM lead_keys WHERE key = $1", key)
    return found


async def hold_numbers(conn: Connection, phones: Sequence[str]) -> None:
    """Make everybody else who looks up these numbers wait until this transaction ends: a company is registered once."""
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(phone, 0)) FROM unnest($1::text[]) phone ORDER BY phone",
        sorted(set(phones)),
    )


async def insert(
    conn: Connection, fields: Mapping[str, Any], phones: Sequence[str], source: str, lead_id: str | None = None
) -> str:
    """Write a new lead with its numbers; returns its id, a new one if none is given.

    Its country, time zone and language are what `fields` say, else what the numbers tell; the rest is not known.
    """
    lead_id = lead_id or new_id()
    said = {
        name: str(fields[name]) for name in ("country", "language", "timezone", "region", "city") if fields.get(name)
    }
    fields = {**fields, **place_fields(said, phones, fields.get("default_region") or "")}
    given = {name: fields.get(name) for name in ("tax_id", "email", "website")}
    # One round trip: somebody is on the telephone when a stranger is registered.
    await conn.execute(
        f"""WITH phones AS ({_ADD_PHONES}), keys AS ({_ADD_KEYS.format(keys="$3")})
            INSERT INTO leads (id, source, {", ".join(COLUMNS)})
            VALUES ($1, $4, {", ".join(f"${n}" for n in range(5, len(COLUMNS) + 5))})""",  # noqa: S608 - columns and expressions named here
        lead_id,
        list(phones),
        keys_of(**given),
        source,
        *(fields.get(column) for column in COLUMNS),
    )
    return lead_id


async def add_keys(conn: Connection, lead_id: str, keys: Sequence[str]) -> None:
    """Know a lead by these keys, too; a domain or an address that another company has already stays that company's."""
    await conn.execute(_ADD_KEYS.format(keys="$2"), lead_id, list(keys))


async def callable_phones(conn: Connection, lead_id: str) -> list[str]:
    """Numbers that are neither wrong nor on the ledger, the best first."""
    rows = await conn.fetch(
        """SELECT p.phone FROM lead_phones p
            WHERE p.lead_id = $1 AND NOT p.bad
              AND NOT EXISTS (SELECT FROM do_not_call d WHERE d.phone IN (p.phone, split_part(p.phone, ';', 1))
                                                          AND d.withdrawn_at IS NULL)
            ORDER BY p.position""",
        lead_id,
    )
    return [row["phone"] for row in rows]


async def add_phones(conn: Connection, lead_id: str, phones: Sequence[str]) -> None:
    """Add numbers that nobody has yet, behind the ones that are there."""
    await conn.execute(_ADD_PHONES, lead_id, list(phones))


async def survivor(conn: Connection, lead_id: str) -> str:
    """The lead that this one was merged into, or itself: news of the one is news of the other."""
    found: str | None = await conn.fetchval("SELECT merged_into FROM leads WHERE id = $1", lead_id)
    return found or lead_id


async def is_erased(conn: Connection, lead_id: str) -> bool:
    """Whether this lead was erased: nothing of it is written down any more."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM leads WHERE id = $1 AND stage = 'erased')", lead_id))


async def date_back(conn: Connection, lead_id: str, at: datetime) -> None:
    """Say that the register has known this lead since then, so that news of that moment is not stale."""
    await conn.execute("UPDATE leads SET register_at = least(register_at, $2) WHERE id = $1", lead_id, at)


async def insert_known_as(conn: Connection, lead_id: str, company: str, known_as: str) -> None:
    """Keep another tier's id of a lead that the register has under its own id."""
    await conn.execute(
        """INSERT INTO leads (id, company, source, stage, merged_into) VALUES ($1, $2, 'customer', 'merged', $3)
           ON CONFLICT (id) DO NOTHING""",
        lead_id,
        company,
        known_as,
    )


async def move(conn: Connection, lead_id: str, place: Place) -> bool:
    """Write where the lead is now, unless something newer is known or it was erased, and its history. False if so."""
    moved = await conn.fetchrow(
        """UPDATE leads SET tier = $2, stage = $3, workflow_id = coalesce($4, workflow_id), owner = $5,
                  register_at = coalesce($6, clock_timestamp()), updated_at = now(), next_call_at = NULL
            WHERE id = $1 AND stage <> 'erased' AND register_at <= coalesce($6, clock_timestamp())
        RETURNING register_at""",
        lead_id,
        place.tier,
        place.stage,
        place.workflow_id,
        place.owner,
        place.at,
    )
    await conn.execute(
        """INSERT INTO lead_history (lead_id, at, tier, stage, owner, key)
           SELECT $1, coalesce($2, clock_timestamp()), $3, $4, $5, $6
            WHERE EXISTS (SELECT 1 FROM leads WHERE id = $1)
           ON CONFLICT (key) DO NOTHING""",
        lead_id,
        place.at,
        place.tier,
        place.stage,
        place.owner,
        place.key,
    )
    return moved is not None


async def rest(conn: Connection, lead_id: str, until: datetime) -> None:
    """Let the lead rest; it may be enrolled again from then on."""
    await conn.execute("UPDATE leads SET rest_until = $2 WHERE id = $1", lead_id, until)


async def plan_call(conn: Connection, lead_id: str, attempts: int, due: datetime) -> None:
    """Mirror the open call in the register."""
    await conn.execute(
        "UPDATE leads SET attempts = $2, next_call_at = $3, updated_at = now() WHERE id = $1", lead_id, attempts, due
    )


async def mark_bad_phone(conn: Connection, lead_id: str, phone: str | None) -> bool:
    """Mark this number of the lead, and no other, as wrong; returns whether another one is left."""
    await conn.execute("UPDATE lead_phones SET bad = true WHERE lead_id = $1 AND phone = $2", lead_id, phone)
    return bool(await callable_phones(conn, lead_id))
