"""Meetings of all deals, as they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.meetings import Meeting, MeetingState
from services.conversion.repository.teams import seen


@dataclass(frozen=True)
class MeetingFilter:
    """What a list is narrowed to; `people` are those whose deals count, none means everybody's.

    Those to which `person` comes count whosever deals they are of.
    """

    state: MeetingState | None = None
    manager: str | None = None
    needs_person: bool | None = None
    ends_after: datetime | None = None
    people: Sequence[str] | None = None
    person: str = ""


async def page(
    conn: Connection, wanted: MeetingFilter, limit: int, after: tuple[datetime, str] | None
) -> list[Meeting]:
    """Meetings in order of their time."""
    rows = await conn.fetch(
        f"""SELECT m.* FROM meetings m JOIN deals d ON d.id = m.deal_id
             WHERE ($1::text IS NULL OR m.state = $1) AND ($2::text IS NULL OR m.manager = $2)
               AND ($3::bool IS NULL OR (m.needs_person IS NOT NULL) = $3)
               AND ($4::timestamptz IS NULL OR m.ends_at > $4)
               AND ($5::timestamptz IS NULL OR (m.starts_at, m.id) > ($5, $6::uuid))
               AND ($7::text[] IS NULL OR m.manager = $9 OR {seen(7)})
             ORDER BY m.starts_at, m.id LIMIT $8""",  # noqa: S608 - a condition of placeholders
        wanted.state,
        wanted.manager,
        wanted.needs_person,
        wanted.ends_after,
        *(after or (None, None)),
        list(wanted.people) if wanted.people is not None else None,
        limit,
        wanted.person,
    )
    return Meeting.of_all(rows)
