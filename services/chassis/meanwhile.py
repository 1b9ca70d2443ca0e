"""Two people at one thing: the second is told who was first, and sends what they typed on top of it if they mean it."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import shorten
from typing import Any, Final

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.sentences import said
from services.chassis.staff import names_of

MEANWHILE: Final = "changed_meanwhile"
"""The code of this refusal."""
_MOST_SAID: Final = 200


async def published_meanwhile(
    conn: Connection, by: str, version: int, seen: str | int | None = None, notes: Mapping[str, str] | None = None
) -> Conflict:
    """The refusal of who did not know this version of `by`.

    `seen` is what a form about it is drawn with, where that is not the version: whoever sends it again with that has
    read who was first. `notes` say at each field what stands there now, where no page shows the difference.
    """
    name, detail = await _name(conn, by), {"seen": version if seen is None else seen}
    if name:
        return Conflict(
            f"{name} published version {version} while you were here: what you typed is kept, publish again if that is "
            "what you want", code=MEANWHILE, detail=detail, also=notes,
        )  # fmt: skip
    return Conflict(
        f"A supervisor published version {version} while you were here: what you typed is kept, publish again if that "
        "is what you want", code=MEANWHILE, detail=detail, also=notes,
    )  # fmt: skip


async def saved_meanwhile(conn: Connection, by: str, seen: str | int, notes: Mapping[str, str]) -> Conflict:
    """The same of a thing that has no versions for people."""
    if name := await _name(conn, by):
        return Conflict(
            f"{name} changed this while you were here: what you typed is kept, save again if that is what you want",
            code=MEANWHILE, detail={"seen": seen}, also=notes,
        )  # fmt: skip
    return Conflict(
        "Somebody changed this while you were here: what you typed is kept, save again if that is what you want",
        code=MEANWHILE, detail={"seen": seen}, also=notes,
    )  # fmt: skip


def now_there(now: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, str]:
    """What stands at each field now that somebody has otherwise. No contact data: refusals are kept in logs."""
    differ = {name: now.get(name) for name in {**now, **typed} if (now.get(name) or "") != (typed.get(name) or "")}
    return {name: _note(value) for name, value in differ.items()}


def _note(value: Any) -> str:
    # It goes to the page in a header, where there is no room for a whole text.
    text = shorten(str(value or ""), _MOST_SAID, placeholder=" …")
    return said("It says now: {value}").format(value=text) if text else said("It is empty now")


async def _name(conn: Connection, person: str) -> str:
    return (await names_of(conn, [person])).get(person, "")
