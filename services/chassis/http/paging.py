"""Keyset pages: `?limit=&after=` in, `{"items": [...], "next": cursor or null}` out.

A cursor is the sort key of the last item. It is opaque to clients, not secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.errors import Invalid

T = TypeVar("T")
U = TypeVar("U")
_BROKEN = "is not a cursor of this list; start again without it"


def _uuid(text: str) -> str:
    return str(uuid.UUID(text))


class PageParams:
    """`limit` and `after` of a list request."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200, description="How many items at most.")] = 50,
        after: Annotated[str | None, Query(max_length=1000, description="`next` of the previous page.")] = None,
    ) -> None:
        self.limit = limit
        self.after = after

    def cursor(self, parts: int) -> list[str] | None:
        """The sort key to go on after, as `parts` strings; none on the first page. Raises Invalid on `after`."""
        if self.after is None:
            return None
        try:
            padded = self.after + "=" * (-len(self.after) % 4)
            values = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, RecursionError):
            raise Invalid(_BROKEN, field="after") from None
        if not isinstance(values, list) or len(values) != parts or not all(isinstance(item, str) for item in values):
            raise Invalid(_BROKEN, field="after")
        return values

    def at(self, *kinds: Callable[[str], U]) -> list[U] | None:
        """Like `cursor`, each part read by its own function, e.g. `pager.at(datetime.fromisoformat, str)`."""
        values = self.cursor(len(kinds))
        if values is None:
            return None
        try:
            return [kind(value) for kind, value in zip(kinds, values, strict=True)]
        except (ValueError, ArithmeticError):
            raise Invalid(_BROKEN, field="after") from None

    def after_id(self) -> str | None:
        """The id to go on after, in lists ordered by id alone."""
        cursor = self.at(_uuid)
        return cursor[0] if cursor else None

    def priority_and_id(self) -> tuple[int, str] | None:
        """The cursor of lists of work, the most urgent first: a priority and an id."""
        values = self.cursor(2)
        if values is None:
            return None
        try:
            return int(values[0]), _uuid(values[1])
        except ValueError:
            raise Invalid(_BROKEN, field="after") from None

    def time_and_id(self) -> tuple[datetime, str] | None:
        """The usual cursor of two parts: a time with its offset, and an id."""
        values = self.cursor(2)
        if values is None:
            return None
        try:
            moment = datetime.fromisoformat(values[0])
        except ValueError:
            raise Invalid(_BROKEN, field="after") from None
        if moment.tzinfo is None:
            raise Invalid(_BROKEN, field="after")
        return moment, values[1]


Pager = Annotated[PageParams, Depends()]


def encode_cursor(parts: Sequence[str]) -> str:
    """The opaque form of a sort key."""
    raw = json.dumps(list(parts), ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` goes into `after` of the request for the following one, null at the end."""

    model_config = ConfigDict(frozen=True)

    items: list[T]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last one.")

    @classmethod
    def of(cls, items: Sequence[T], limit: int, *, key: Callable[[T], Sequence[str]]) -> Page[T]:
        """A page of `limit` items out of up to `limit + 1`: the surplus one only says that there are more."""
        shown = list(items[:limit])
        more = len(items) > limit
        return cls(items=shown, next=encode_cursor(key(shown[-1])) if more else None)
