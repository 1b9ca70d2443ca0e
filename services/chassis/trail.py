"""The audit of a tier: who did what to which lead or setting, when and why, read together from the tables that keep it.

A tier names the tables that have something to say; here are operators' acts and policies, which every tier has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, LiteralString

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Model, Moment, Page, Pager, allow, new_router
from services.chassis.meanings import storable
from services.chassis.records import Record
from services.chassis.stories import Place, typed

# Of each table: (at, ref, kind, by, lead_id, subject, why, changes).
COMMON: tuple[LiteralString, ...] = (
    """SELECT at, 'act:' || id, act, by, lead_id, NULL::text, reason, changes FROM operator_acts""",
    """SELECT created_at, 'policy:' || version, 'policy', created_by, NULL::uuid, version::text, NULL::text,
              '{}'::text[]
         FROM policies""",
)
_PART = """(SELECT * FROM ({}) part (at, ref, kind, by, lead_id, subject, why, changes)
    WHERE ($1::timestamptz IS NULL OR (at, ref COLLATE "C") < ($1, $2 COLLATE "C"))
      AND ($3::timestamptz IS NULL OR at >= $3) AND ($4::text IS NULL OR by = $4)
      AND ($5::uuid IS NULL OR lead_id = $5) AND ($6::text IS NULL OR kind = $6)
      -- What a new department comes with was done by nobody.
      AND by NOT IN ('seed', 'leadrelay')
    ORDER BY at DESC, ref COLLATE "C" DESC LIMIT $7)"""
_NAMED = """SELECT t.*, coalesce(n.name, t.by) AS name, l.company FROM ({}) t
    LEFT JOIN LATERAL (SELECT company FROM ({}) known (lead, company) WHERE lead = t.lead_id LIMIT 1) l ON true
    LEFT JOIN LATERAL (SELECT name FROM ({}) known (person, name) WHERE person = t.by LIMIT 1) n ON true
    ORDER BY t.at DESC, t.ref COLLATE "C" DESC LIMIT $7"""


class Wanted(Record):
    """Which lines are wanted; what is left out does not matter. `before` is a place, `since` the earliest time."""

    by: str | None = None
    lead_id: str | None = None
    kind: str | None = None
    since: datetime | None = None
    before: Place | None = None


class Line(Record):
    """One line: `subject` is what was done to, if it is no lead; `why` is the reason that was given."""

    at: datetime
    ref: str = Field(description="Unique among the lines of all tiers; with `at`, its place.")
    kind: str = Field(description="What was done: `retry`, `reveal`, `policy` ...")
    by: str
    name: str = Field(description="What they are called; their id where that is not known.")
    lead_id: str | None = None
    company: str | None = Field(default=None, description="What the lead is called, where this tier knows it.")
    subject: str | None = None
    why: str | None = None
    changes: list[str] = Field(default_factory=list, description="What an act changed, in words.")


class TrailLine(Line, Model):
    """One line of the audit. What was typed is told without what looks like a number or an address."""


async def read_trail(
    conn: Connection, parts: Sequence[LiteralString], names: LiteralString, leads: LiteralString, wanted: Wanted,
    limit: int,
) -> list[Line]:  # fmt: skip
    """Lines, the latest first. `names` are (person, name) of the tier's people, `leads` (id, company)."""
    union = " UNION ALL ".join(_PART.format(part) for part in (*COMMON, *parts))
    found = await conn.fetch(
        _NAMED.format(union, leads, names), *(wanted.before or (None, None)), wanted.since, wanted.by, wanted.lead_id,
        wanted.kind, limit,
    )  # fmt: skip
    return [_told(Line.of(row)) for row in found]


def _told(line: Line) -> Line:
    shown = {"why": typed(line.why) or None, "subject": typed(line.subject) or None}
    return line.model_copy(update={**shown, "changes": [typed(one) for one in line.changes]})


Word = Annotated[str | None, AfterValidator(lambda word: word and storable(word)), Query(max_length=100)]


def trail_router(parts: Sequence[LiteralString], names: LiteralString, leads: LiteralString) -> APIRouter:
    """`/v1/trail` of a tier."""
    router = new_router(tags=["audit"])

    @router.get("/trail", dependencies=[allow("supervisor", "ops")], summary="Who did what to which lead or setting")
    async def list_trail(
        conn: Conn, pager: Pager, by: Word = None, lead_id: Id | None = None, kind: Word = None,
        since: Moment | None = None,
    ) -> Page[TrailLine]:  # fmt: skip
        """Acts of operators, look-ups, exports, erasures, and new versions of policies and texts, the latest first."""
        wanted = Wanted(by=by, lead_id=lead_id, kind=kind, since=since, before=pager.time_and_id())
        found = await read_trail(conn, parts, names, leads, wanted, pager.limit + 1)
        items = [TrailLine.of(dict(one)) for one in found]
        return Page.of(items, pager.limit, key=lambda one: (one.at.isoformat(), one.ref))

    return router
