"""Answers of tier 2 to the questions that callers passed on, and what became of those leads."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection, new_id
from services.lead_gen.domain.answers import AnsweredQuestion
from services.lead_gen.domain.instructions import Instruction
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


async def instruction_of(conn: Connection, question_key: str, question: str) -> Instruction | None:
    """The instruction in use that answers a question, locked, or none; nobody else can add it until the commit."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('question:' || $1, 0))", question_key)
    row = await conn.fetchrow(
        """SELECT i.id, i.title, i.text, i.tags, i.situations, i.version, i.helped, i.created_at, i.updated_at
             FROM instructions i
            WHERE i.archived_at IS NULL AND (i.question_key = $1 OR (i.question_key IS NULL AND i.id IN (
                  SELECT instruction_id FROM answers WHERE instruction_id IS NOT NULL AND question = $2)))
            ORDER BY i.question_key NULLS LAST, i.updated_at DESC LIMIT 1 FOR UPDATE OF i""",
        question_key,
        question,
    )
    return Instruction.maybe(row)


async def answered_at(conn: Connection, instruction_id: str) -> datetime | None:
    """When the newest of the answers that became this instruction was given; none if there is none."""
    at: datetime | None = await conn.fetchval(
        "SELECT max(answered_at) FROM answers WHERE instruction_id = $1", instruction_id
    )
    return at


async def published(conn: Connection, key: str, instruction_id: str, question_key: str) -> None:
    """Record which instruction an answer has become, and that the instruction answers this question."""
    await conn.execute("UPDATE answers SET instruction_id = $2 WHERE key = $1", key, instruction_id)
    await conn.execute("UPDATE instructions SET question_key = $2 WHERE id = $1", instruction_id, question_key)


async def page(conn: Connection, *, caller: str | None, limit: int, before: str | None) -> list[AnsweredQuestion]:
    """Answers with where their lead is now, the newest first. `caller` none means everybody's.

    A question that was answered again has only its last answer.
    """
    rows = await conn.fetch(
        """SELECT a.id, a.lead_id, a.caller, a.question, a.answer, a.answered_by, a.answered_at, a.instruction_id,
                  l.tier AS lead_tier, l.stage AS lead_stage
             FROM answers a JOIN leads l ON l.id = a.lead_id
            WHERE ($1::text IS NULL OR a.caller = $1) AND ($2::uuid IS NULL OR a.id < $2)
              AND NOT EXISTS (SELECT FROM answers later WHERE later.lead_id = a.lead_id AND later.question = a.question
                                 AND (later.answered_at, later.id) > (a.answered_at, a.id))
            ORDER BY a.id DESC LIMIT $3""",
        caller,
        before,
        limit,
    )
    return AnsweredQuestion.of_all(rows)
