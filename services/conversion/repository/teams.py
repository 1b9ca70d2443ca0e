"""Whose deals somebody may see: the one condition that every query of deals for a manager goes by."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection


def seen(place: int) -> str:
    """The condition, in SQL, that a deal `d` is of one of these people: its owner, else whoever is asked to take it,
    else whoever had it last; '' stands for nobody. `place` is the number of their array among the values.
    """
    return f"""(d.owner = ANY(${place}::text[]) OR (d.owner IS NULL AND coalesce(
        (SELECT asked.manager FROM hand_overs asked WHERE asked.deal_id = d.id AND asked.state = 'open'),
        d.last_owner, '') = ANY(${place}::text[])))"""  # noqa: S608 - a number


async def mates(conn: Connection, person: str) -> list[str] | None:
    """Everybody of a manager's team, the manager included, and '' in the team of those who have none.

    None if nobody is in another team: then there is nothing to keep from anybody.
    """
    team = await conn.fetchval("SELECT team FROM managers WHERE id = $1", person)
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM managers WHERE team IS DISTINCT FROM $1)", team):
        return None
    rows = await conn.fetch("SELECT id FROM managers WHERE team IS NOT DISTINCT FROM $1", team)
    return sorted({person, *(row["id"] for row in rows), *([] if team else [""])})


async def is_seen(conn: Connection, deal_id: str, people: Sequence[str]) -> bool:
    """Whether a deal is of one of these people."""
    return bool(
        await conn.fetchval(
            f"SELECT EXISTS (SELECT FROM deals d WHERE d.id = $1 AND {seen(2)})",  # noqa: S608 - a condition of placeholders
            deal_id,
            list(people),
        )
    )


async def comes_to_meeting(conn: Connection, deal_id: str, person: str) -> bool:
    """Whether somebody is to come to a meeting of this deal."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM meetings WHERE deal_id = $1 AND manager = $2 AND state = 'booked')",
            deal_id,
            person,
        )
    )


async def lead_is_seen(conn: Connection, lead_id: str, people: Sequence[str]) -> bool:
    """Whether a lead has a deal of one of these people."""
    return bool(
        await conn.fetchval(
            f"SELECT EXISTS (SELECT FROM deals d WHERE d.lead_id = $1 AND {seen(2)})",  # noqa: S608 - a condition of placeholders
            lead_id,
            list(people),
        )
    )


def mails_seen(place: int) -> str:
    """The condition, in SQL, that a mail goes to a lead with a deal of one of these people, as in `seen`."""
    return f"EXISTS (SELECT FROM deals d WHERE d.lead_id = mails.lead_id AND {seen(place)})"
