"""Reading the cursors of this tier's lists; a broken one is answered with 422 on `after`."""

from __future__ import annotations

import uuid

from services.chassis.errors import Invalid
from services.chassis.http import PageParams


def _uuid(text: str) -> str:
    return str(uuid.UUID(text))


def after_id(pager: PageParams) -> str | None:
    """The id to go on after, in lists ordered by id."""
    cursor = pager.at(_uuid)
    return cursor[0] if cursor else None


def after_rank(pager: PageParams) -> tuple[int, str] | None:
    """Priority and id to go on after, in lists of work."""
    cursor = pager.cursor(2)
    if cursor is None:
        return None
    try:
        return int(cursor[0]), _uuid(cursor[1])
    except ValueError:
        raise Invalid("is not a cursor of this list; start again without it", field="after") from None
