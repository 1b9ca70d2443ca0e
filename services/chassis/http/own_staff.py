"""Contact data in bulk is for the tier's own people: operators read everything else, and this not."""

from __future__ import annotations

from typing import Any

from fastapi import Depends

from services.chassis.errors import Forbidden
from services.chassis.http.principal import Who


async def _own(who: Who) -> None:
    if who.is_ops:
        raise Forbidden("contact data is for people of this tier only", code="wrong_role")


OWN_STAFF: Any = Depends(_own)
"""A route dependency, after `allow`, for what even operators do not read."""
