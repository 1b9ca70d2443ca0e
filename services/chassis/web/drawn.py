"""What a form was drawn with, where its fields stand for themselves: only what somebody changed in it is written.

A form whose parts make one whole (a script, a policy) carries a tag, `seen`, and is refused once the whole has changed.
Here that would stop two people who are not in each other's way, and whoever then sent the same form again would take
back what the other one had set. So such a form carries the texts it was drawn with. A field in which nothing was typed
keeps what is there by now; one that both have changed is refused once, with who it was, and is written when it is sent
again from the page that says so.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Self

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from services.chassis import edits
from services.chassis.db import Connection
from services.chassis.errors import Conflict, DomainError, Invalid
from services.chassis.meanwhile import MEANWHILE
from services.chassis.sentences import said
from services.chassis.staff import names_of
from services.chassis.web.site import is_lively

Texts = Mapping[str, str]
LONGEST: Final = 20_000
"""Characters of what a form was drawn with."""
_TEXTS: Final = TypeAdapter(dict[str, str])
_CHANGED: Final = said("{who} made this “{now}” meanwhile; save again, and yours holds")
_EMPTIED: Final = said("{who} left this empty meanwhile; save again, and yours holds")
_SOMEBODY_CHANGED: Final = said("This became “{now}” meanwhile; save again, and yours holds")
_SOMEBODY_EMPTIED: Final = said("This became empty meanwhile; save again, and yours holds")

_OVERTAKEN: Final = said("{who} changed this meanwhile: look at how it is now, then do it again")
_SOMEBODY_OVERTOOK: Final = said("This was changed meanwhile: look at how it is now, then do it again")


def drawn_with(texts: Texts) -> str:
    """What a form carries about itself, hidden, in its field `was`."""
    return json.dumps(dict(texts), ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Drawn:
    """The fields of a form: `typed`, and as they `was` drawn; none for a form that does not say."""

    typed: Texts
    was: Texts | None

    @classmethod
    def of(cls, typed: Texts, was: str) -> Self:
        """A form that was sent. Raises Invalid for what no page of ours would send."""
        try:
            return cls(typed, _TEXTS.validate_json(was) if was else None)
        except ValidationError:
            raise Invalid("This is not written as it must be", field="was") from None

    def changed(self, now: Texts) -> list[str]:
        """The fields in which something was typed; all that are different from `now` if the form does not say."""
        before = now if self.was is None else self.was
        return [name for name, text in self.typed.items() if text != before.get(name, "")]

    def clashing(self, now: Texts) -> list[str]:
        """Those of them that became something else meanwhile, too, and not the same."""
        if self.was is None:
            return []
        return [one for one in self.changed(now) if now.get(one, "") not in (self.was.get(one, ""), self.typed[one])]

    def merged(self, now: Texts) -> dict[str, str]:
        """What is there by now, with what was typed."""
        return {**now, **{name: self.typed[name] for name in self.changed(now)}}

    async def to_write(self, conn: Connection, kind: edits.Kind, key: str, now: Texts) -> list[str]:
        """The fields to be written of a record that is held. Changes of them are kept under their names.

        Raises Conflict (`changed_meanwhile`) about those that somebody else has changed, too.
        """
        wrong = {name: await _told(conn, kind, key, name, now.get(name, "")) for name in self.clashing(now)}
        if wrong:
            field, *others = wrong
            also = {name: wrong[name] for name in others}
            raise Conflict(wrong[field], code=MEANWHILE, field=field, also=also)
        return self.changed(now)


def shown_of(was: str) -> Texts | None:
    """What an act was shown with, which types nothing itself. Raises Invalid for what no page of ours would send."""
    return Drawn.of({}, was).was


async def check_as_shown(
    conn: Connection, kind: edits.Kind, key: str, shown: Texts | None, now: Texts, noted: Collection[str]
) -> None:
    """For what replaces a thing as a whole, which is held: raises Conflict (`changed_meanwhile`) unless it is as it was
    `shown`. `noted`: as which fields changes of it are kept.
    """
    if shown is not None and shown != now:
        who = await _who_changed(conn, kind, key, noted)
        raise Conflict(_OVERTAKEN.format(who=who) if who else _SOMEBODY_OVERTOOK, code=MEANWHILE)


async def _who_changed(conn: Connection, kind: edits.Kind, key: str, fields: Collection[str]) -> str:
    last = await edits.last_of(conn, kind, key, fields)
    return (await names_of(conn, [last.by])).get(last.by, last.by) if last else ""


async def _told(conn: Connection, kind: edits.Kind, key: str, field: str, now: str) -> str:
    who = await _who_changed(conn, kind, key, [field])
    if who:
        return (_CHANGED if now else _EMPTIED).format(who=who, now=now)
    return (_SOMEBODY_CHANGED if now else _SOMEBODY_EMPTIED).format(now=now)


def is_drawn_anew(request: Request, error: DomainError) -> bool:
    """Whether a refusal is told on the form drawn anew.

    Where htmx asks, a word is put into the page that is there, so that nothing typed is lost; but a form that was
    overtaken must also show what is there now, and carry that when it is sent again.
    """
    return not is_lively(request) or error.code == MEANWHILE
