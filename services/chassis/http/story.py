"""Pages of a story: `?limit=&before=&before_ref=`, the latest first, as whoever puts the tiers' parts together asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AfterValidator

from services.chassis.http.models import Moment
from services.chassis.meanings import storable

_LIMIT = 50


class StoryPage:
    """Which part of a story is asked for. `before` is none at its end."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=500, description="How many events at most.")] = _LIMIT,
        before: Annotated[Moment | None, Query(description="The first of `older`.")] = None,
        before_ref: Annotated[
            str, AfterValidator(storable), Query(max_length=100, description="The second of `older`.")
        ] = "",
    ) -> None:
        self.limit = limit
        self.before: tuple[datetime, str] | None = None if before is None else (before, before_ref)


Before = Annotated[StoryPage, Depends()]
