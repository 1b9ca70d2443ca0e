"""What people are called: records keep the ids of whoever did something, and the issuer says their names.

A tier keeps the names of its staff in its own tables; here are those who have none there: supervisors,
operators, and people of the other tiers as far as these tell their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, LiteralString

from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool, acquire

NAMES = "SELECT person, name FROM person_names"
"""All of them, to be joined to."""
_ID = re.compile(r"[\w.:@-]{2,100}")


class PersonNames:
    """Writes down what people are called who change something, each once in the life of a process."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    async def remember(self, pool: Pool, who: Principal) -> None:
        """Before their change, and not in its transaction: nobody waits for a colleague's row."""
        told = (who.person, who.name)
        if who.name == who.person or told in self._known:
            return
        async with acquire(pool) as conn:
            await conn.execute(
                """INSERT INTO person_names (person, name) VALUES ($1, $2)
                   ON CONFLICT (person) DO UPDATE SET name = $2 WHERE person_names.name <> $2""",
                *told,
            )
        self._known.add(told)


async def learn(conn: Connection, told: Mapping[str, str]) -> None:
    """Write down what another tier calls people, by id. What is known already is only read."""
    known = {row["person"]: row["name"] for row in await conn.fetch(f"{NAMES} WHERE person = ANY($1)", list(told))}
    for person, name in sorted(told.items()):
        if name != known.get(person, person):
            await conn.execute(
                """INSERT INTO person_names (person, name) VALUES ($1, $2)
                   ON CONFLICT (person) DO UPDATE SET name = $2""",
                person,
                name,
            )


def ids_in(records: Collection[Mapping[str, Any]]) -> list[str]:
    """Whatever may be somebody's id in these records: each word of each text."""
    return list(
        {word for record in records for word in _ID.findall(json.dumps(record, ensure_ascii=False, default=str))}
    )


async def names_of(conn: Connection, people: Collection[str], own: LiteralString) -> dict[str, str]:
    """What those of these ids are called who are known here, by id; `own` gives (person, name) of the tier's people."""
    rows = await conn.fetch(
        f"SELECT DISTINCT ON (person) person, name FROM ({own}) known (person, name) WHERE person = ANY($1)",  # noqa: S608 - literals of the code
        list(people),
    )
    return {row["person"]: row["name"] for row in rows}
