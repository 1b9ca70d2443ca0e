"""Answers to hard questions that managers published for the callers."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection, new_id
from services.conversion.domain.published_answers import PublishedAnswer


async def publish(
    conn: Connection, *, deal_id: str, lead_id: str, question: str, answer: str, by: str, at: datetime
) -> None:
    """Publish an answer with its question."""
    await conn.execute(
        """INSERT INTO published_answers (id, deal_id, lead_id, question, answer, published_by, published_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        new_id(),
        deal_id,
        lead_id,
        question,
        answer,
        by,
        at,
    )


async def page(conn: Connection, limit: int, after: str | None) -> list[PublishedAnswer]:
    """Published answers in order of publishing."""
    rows = await conn.fetch(
        "SELECT * FROM published_answers WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2", after, limit
    )
    return PublishedAnswer.of_all(rows)
