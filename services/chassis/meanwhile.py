"""Two people at one thing: the second is told who was first, and sends what they typed on top of it if they mean it."""

from __future__ import annotations

from typing import Final

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.staff import names_of

MEANWHILE: Final = "changed_meanwhile"
"""The code of this refusal."""


async def published_meanwhile(conn: Connection, by: str, version: int, seen: str | int | None = None) -> Conflict:
    """The refusal of who did not know this version of `by`.

    `seen` is what a form about it is drawn with, where that is not the version: whoever sends it again with that has
    read who was first.
    """
    name, detail = await _name(conn, by), {"seen": version if seen is None else seen}
    if name:
        return Conflict(
            f"{name} published version {version} while you were here: what you typed is kept, publish again if that is "
            "what you want", code=MEANWHILE, detail=detail,
        )  # fmt: skip
    return Conflict(
        f"A supervisor published version {version} while you were here: what you typed is kept, publish again if that "
        "is what you want", code=MEANWHILE, detail=detail,
    )  # fmt: skip


async def saved_meanwhile(conn: Connection, by: str, seen: str | int) -> Conflict:
    """The same of a thing that has no versions for people."""
    if name := await _name(conn, by):
        return Conflict(
            f"{name} changed this while you were here: what you typed is kept, save again if that is what you want",
            code=MEANWHILE, detail={"seen": seen},
        )  # fmt: skip
    return Conflict(
        "Somebody changed this while you were here: what you typed is kept, save again if that is what you want",
        code=MEANWHILE, detail={"seen": seen},
    )  # fmt: skip


async def _name(conn: Connection, person: str) -> str:
    return (await names_of(conn, [person])).get(person, "")
