"""Answers to hard questions that managers published for the callers."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection, new_id
from services.conversion.domain.published_answers import PublishedAnswer
from workflows.contracts import ids


async def publish(
    conn: Connection, *, deal_id: str, lead_id: str, question: str, answer: str, by: str, at: datetime
) -> None:
    """Publish an answer with its question. It takes the place of an earlier one, which stays as it was."""
    key = ids.question(question)
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('published-answer:' || $1, 0))", key)
    await conn.execute(
        """UPDATE published_answers SET replaced_at = $3
            WHERE replaced_at IS NULL AND (question_key = $1 OR (question_key IS NULL AND question = $2))""",
        key,
        question,
        at,
    )
    await conn.execute(
        """INSERT INTO published_answers
                  (id, deal_id, lead_id, question, answer, published_by, published_at, question_key)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        new_id(),
        deal_id,
        lead_id,
        question,
        answer,
        by,
        at,
        key,
    )


async def page(conn: Connection, limit: int, after: str | None) -> list[PublishedAnswer]:
    """The answers that hold now, in order of publishing: of each question the last one."""
    rows = await conn.fetch(
        """SELECT * FROM published_answers WHERE replaced_at IS NULL AND ($1::uuid IS NULL OR id > $1)
            ORDER BY id LIMIT $2""",
        after,
        limit,
    )
    return PublishedAnswer.of_all(rows)
