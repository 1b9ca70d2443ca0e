"""The list of deals by pages, and finding one by a word or a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.chassis.db import Connection
from services.conversion.domain.board import Card
from services.conversion.domain.deal_list import Sort, Wanted
from services.conversion.repository.board import CARD, LAST_OFFER
from services.conversion.repository.teams import seen

_ORDERS: dict[Sort, tuple[str, str, str]] = {
    "next": ("d.next_action_at", ">", "timestamptz"),
    "new": ("''", "<", "text"),
    "stage": ("d.stage_since", ">", "timestamptz"),
    "company": ("d.contact ->> 'company'", ">", "text"),
    "worth": ("coalesce(d.value, o.net, 0)", "<", "numeric"),
}
_SEEN_OF_ONE_WORD = 500


async def page(
    conn: Connection, wanted: Wanted, limit: int, after: tuple[datetime | Decimal | str, str] | None
) -> list[Card]:
    """Deals in their order, behind `after`."""
    by, sign, kind = _ORDERS[wanted.sort]
    way = "" if sign == ">" else "DESC"
    # Constants and numbered places only; what is not asked for is left out, so that an index can be seen to fit.
    said, values = _narrowed(wanted)
    if after is not None:
        values += list(after)
        said.append(f"({by}, d.id) {sign} (${len(values) - 1}::{kind}, ${len(values)}::uuid)")
    order = f"d.id {way}" if wanted.sort == "new" else f"{by} {way}, d.id {way}"
    rows = await conn.fetch(
        f"""SELECT {CARD} FROM deals d {LAST_OFFER} WHERE {" AND ".join(said)}
             ORDER BY {order} LIMIT {int(limit)}""",  # noqa: S608 - see above
        *values,
    )
    return Card.of_all(rows)


def _narrowed(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """Conditions of a query on deals `d`, and the values of their places."""
    said = [f"d.stage IN ({', '.join(repr(stage.value) for stage in wanted.stages)})" if wanted.stages else "false"]
    values: list[Any] = []
    if wanted.owner is not None:
        values.append(wanted.owner)
        said.append(f"d.owner = ${len(values)}")
    if wanted.people is not None:
        values.append(wanted.people)
        said.append(seen(len(values)))
    if wanted.overdue_at is not None:
        values.append(wanted.overdue_at)
        said.append(f"d.next_action_at < ${len(values)}")
    if wanted.asks:
        said.append("d.question IS NOT NULL AND d.question_answered_at IS NULL")
    if wanted.stale is not None:
        old = []
        for stage, since in wanted.stale.items():
            values.append(since)
            old.append(f"(d.stage = '{stage.value}' AND d.stage_since <= ${len(values)})")
        said.append(f"({' OR '.join(old) or 'false'})")
    return said, values


async def rarest_first(conn: Connection, words: Sequence[str]) -> list[str]:
    """These words, those first with which the fewest deals' words begin; of frequent ones only so much is counted."""
    rows = await conn.fetch(
        f"""SELECT said.word FROM unnest($1::text[]) AS said (word)
             CROSS JOIN LATERAL (SELECT count(*) AS deals FROM (
                    SELECT FROM deal_words w WHERE {_begins("said.word")} LIMIT $2) seen) counted
             ORDER BY counted.deals, length(said.word) DESC""",  # noqa: S608 - a constant
        list(words),
        _SEEN_OF_ONE_WORD,
    )
    return [row["word"] for row in rows]


async def find(
    conn: Connection, words: Sequence[str], mine: str, limit: int, people: Sequence[str] | None = None
) -> list[Card]:
    """Deals whose company or numbers have words that begin with these: one's own first, then the latest.

    `words` stand as `rarest_first` gives them. Of a word that half the companies have, only some are looked at.
    `people` are those whose deals may be found, none means everybody's.
    """
    first, *others = words
    more = " ".join(f"AND EXISTS (SELECT FROM deal_words w WHERE w.deal_id = d.id AND {_begins(f'${n}')})"
                    for n in range(6, 6 + len(others)))  # fmt: skip
    may = "$5::text[] IS NULL" if people is None else seen(5)
    others_too = "" if people is None else f"JOIN deals d ON d.id = w.deal_id AND {may}"
    order = "d.owner IS DISTINCT FROM $2, d.stage IN ('won', 'lost'), d.id DESC"
    rows = await conn.fetch(
        f"""WITH found AS (SELECT d.id FROM deals d
             WHERE d.id IN (
                   (SELECT w.deal_id FROM deals m JOIN deal_words w ON w.deal_id = m.id
                     WHERE m.owner = $2 AND {_begins("$1")} LIMIT $3)
                   UNION (SELECT w.deal_id FROM deal_words w {others_too} WHERE {_begins("$1")} LIMIT $3))
                   {more} AND {may}
             ORDER BY {order} LIMIT $4)
            SELECT {CARD} FROM found JOIN deals d ON d.id = found.id {LAST_OFFER} ORDER BY {order}""",  # noqa: S608 - constants and numbered places
        first,
        mine,
        _SEEN_OF_ONE_WORD,
        limit,
        people,
        *others,
    )
    return Card.of_all(rows)


def _begins(word: str) -> str:
    # A range of the index in its own order of bytes: the last character there is stands behind every letter.
    return f"w.word >= small_letters({word}) AND w.word < small_letters({word}) || chr(1114111)"


async def by_id(conn: Connection, some_id: str, people: Sequence[str] | None = None) -> list[Card]:
    """The deal with this id, or the deals of this lead."""
    rows = await conn.fetch(
        f"""SELECT {CARD} FROM deals d {LAST_OFFER}
             WHERE (d.id = $1 OR d.lead_id = $1) AND ($2::text[] IS NULL OR {seen(2)})
             ORDER BY d.id DESC LIMIT 20""",  # noqa: S608 - constants
        some_id,
        people,
    )
    return Card.of_all(rows)
