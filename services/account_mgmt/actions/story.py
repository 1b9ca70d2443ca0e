"""A customer's story, page by page."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.story import Story
from services.account_mgmt.repository import story
from services.chassis.db import Connection

_PAGE = 40


async def read_story(conn: Connection, customer_id: str, before: tuple[datetime, str] | None = None) -> Story:
    """The latest events before a place, and where the page before them begins."""
    found = await story.page(conn, customer_id, limit=_PAGE + 1, before=before)
    shown = found[:_PAGE]
    return Story(events=shown, next=(shown[-1].at, shown[-1].ref) if len(found) > _PAGE else None)
