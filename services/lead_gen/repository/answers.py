"""Answers of tier 2 to the questions that callers passed on, and what became of those leads."""

from __future__ import annotations

from services.chassis.db import Connection, new_id
from services.lead_gen.domain.answers import AnsweredQuestion
from workflows.contracts.lead_gen import TakeAnswer


async def add(conn: Connection, told: TakeAnswer) -> bool:
    """Keep an answer for the caller who asked last; False if its key is known already."""
    return bool(
        await conn.fetchval(
            """INSERT INTO answers (key, id, lead_id, caller, question, answer, answered_by, answered_at)
               VALUES ($1, $2, $3, (SELECT caller FROM calls WHERE lead_id = $3 AND question IS NOT NULL
                                     ORDER BY at DESC LIMIT 1), $4, $5, $6, $7)
               ON CONFLICT (key) DO NOTHING RETURNING true""",
            told.key,
            new_id(),
            told.lead_id,
            told.question,
            told.answer,
            told.answered_by,
            told.answered_at,
        )
    )


async def published(conn: Connection, key: str, instruction_id: str) -> None:
    """Record which instruction an answer has become."""
    await conn.execute("UPDATE answers SET instruction_id = $2 WHERE key = $1", key, instruction_id)


async def page(conn: Connection, *, caller: str | None, limit: int, before: str | None) -> list[AnsweredQuestion]:
    """Answers with where their lead is now, the newest first. `caller` none means everybody's."""
    rows = await conn.fetch(
        """SELECT a.id, a.lead_id, a.caller, a.question, a.answer, a.answered_by, a.answered_at, a.instruction_id,
                  l.tier AS lead_tier, l.stage AS lead_stage
             FROM answers a JOIN leads l ON l.id = a.lead_id
            WHERE ($1::text IS NULL OR a.caller = $1) AND ($2::uuid IS NULL OR a.id < $2)
            ORDER BY a.id DESC LIMIT $3""",
        caller,
        before,
        limit,
    )
    return AnsweredQuestion.of_all(rows)
