"""Instructions: versions, search by words, proposals by the situation, and what helped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.instructions import Instruction, InstructionText, ProposedInstruction
from services.lead_gen.domain.text_search import MAX_QUERY_WORDS, meant, query, snippet, words

_COLUMNS = "id, title, text, tags, situations, version, helped, created_at, updated_at, archived_at"
# $1 and $2 are the folded words of the title and of the text, so 'simple' only cuts them at the blanks.
_SEARCH = "setweight(to_tsvector('simple', $1), 'A') || setweight(to_tsvector('simple', $2), 'B')"


def _values(new: InstructionText) -> tuple[Any, ...]:
    title, text = " ".join(words(new.title)), " ".join(words(new.text))
    return title, text, new.title, new.text, list(dict.fromkeys(new.tags)), list(dict.fromkeys(new.situations))


async def add(conn: Connection, new: InstructionText, by: str) -> Instruction:
    """Write an instruction, version 1."""
    row = await conn.fetchrow(
        f"""INSERT INTO instructions (id, title, text, tags, situations, created_by, search)
            VALUES ($7, $3, $4, $5, $6, $8, {_SEARCH}) RETURNING {_COLUMNS}""",  # noqa: S608 - columns and expressions named here
        *_values(new),
        new_id(),
        by,
    )
    return await _kept(conn, Instruction.of(row), by)


async def change(conn: Connection, instruction_id: str, new: InstructionText, by: str) -> Instruction:
    """Write the next version of an instruction that the caller has locked."""
    row = await conn.fetchrow(
        f"""UPDATE instructions SET title = $3, text = $4, tags = $5, situations = $6, search = {_SEARCH},
                   version = version + 1, updated_at = now() WHERE id = $7 RETURNING {_COLUMNS}""",  # noqa: S608 - columns and expressions named here
        *_values(new),
        instruction_id,
    )
    return await _kept(conn, Instruction.of(row), by)


async def _kept(conn: Connection, saved: Instruction, by: str) -> Instruction:
    await conn.execute(
        """INSERT INTO instruction_versions (instruction_id, version, title, text, tags, situations, by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        saved.id,
        saved.version,
        saved.title,
        saved.text,
        saved.tags,
        saved.situations,
        by,
    )
    return saved


async def get(conn: Connection, instruction_id: str, *, lock: bool = False, archived: bool = False) -> Instruction:
    """Read one. Raises NotFound, also of an archived one unless `archived`."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM instructions WHERE id = $1 {'FOR UPDATE' if lock else ''}",  # noqa: S608 - a constant
        instruction_id,
    )
    if row is None or (row["archived_at"] and not archived):
        raise NotFound(f"There is no instruction {instruction_id}")
    return Instruction.of(row)


async def last_writer(conn: Connection, instruction_id: str) -> str:
    """Who wrote its newest version."""
    by: str = await conn.fetchval(
        "SELECT by FROM instruction_versions WHERE instruction_id = $1 ORDER BY version DESC LIMIT 1", instruction_id
    )
    return by


async def archive(conn: Connection, instruction_id: str) -> Instruction:
    """Take an instruction out of use; the first time counts."""
    row = await conn.fetchrow(
        f"UPDATE instructions SET archived_at = coalesce(archived_at, now()) WHERE id = $1 RETURNING {_COLUMNS}",  # noqa: S608 - columns and expressions named here
        instruction_id,
    )
    return Instruction.of(row)


async def page(conn: Connection, limit: int, after: tuple[datetime, str] | None) -> list[Instruction]:
    """Instructions in use, in order of creation."""
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM instructions
             WHERE archived_at IS NULL AND ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2::uuid))
             ORDER BY created_at, id LIMIT $3""",  # noqa: S608 - columns and expressions named here
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Instruction.of_all(rows)


async def newest(conn: Connection, limit: int) -> list[Instruction]:
    """Instructions in use, those that were changed last first."""
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM instructions WHERE archived_at IS NULL ORDER BY updated_at DESC, id DESC LIMIT $1",  # noqa: S608 - columns and expressions named here
        limit,
    )
    return Instruction.of_all(rows)


async def search(conn: Connection, q: str, limit: int) -> list[Instruction]:
    """Instructions in which every word of `q` begins a word; words in the title count most.

    If there are none, each word that begins no known word is replaced by the most similar one.
    """
    asked = list(dict.fromkeys(words(q)))[:MAX_QUERY_WORDS]
    found = await _matching(conn, asked, limit)
    if asked and not found:
        asked = await _corrected(conn, asked)
        found = await _matching(conn, asked, limit)
    return [Instruction.of({**row, "snippet": snippet(row["text"], asked)}) for row in found]


async def _matching(conn: Connection, asked: Sequence[str], limit: int) -> list[Any]:
    if not asked:
        return []
    return await conn.fetch(
        f"""SELECT {_COLUMNS} FROM instructions WHERE archived_at IS NULL AND search @@ to_tsquery('simple', $1)
             ORDER BY search @@ to_tsquery('simple', $2) DESC, ts_rank(search, to_tsquery('simple', $1)) DESC,
                      helped DESC, created_at, id LIMIT $3""",  # noqa: S608 - columns and expressions named here
        query(asked),
        query(asked, "A"),
        limit,
    )


async def _corrected(conn: Connection, asked: Sequence[str]) -> list[str]:
    rows = await conn.fetch("SELECT word FROM ts_stat('SELECT search FROM instructions WHERE archived_at IS NULL')")
    vocabulary = [row["word"] for row in rows]
    known = [any(have.startswith(word) for have in vocabulary) for word in asked]
    meant_words = [word if is_known else meant(word, vocabulary) for word, is_known in zip(asked, known, strict=True)]
    return [word for word in meant_words if word] if all(meant_words) else []


async def proposed(conn: Connection, facts: Sequence[tuple[str, str]], limit: int) -> list[ProposedInstruction]:
    """Instructions meant for at least one of these facts: the most facts first, then what helped most often."""
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS},
                   (SELECT count(*) FROM unnest($1::text[], $2::text[]) AS fact (full_form, bare)
                     WHERE full_form = ANY (situations) OR bare = ANY (situations)) AS fits
              FROM instructions WHERE archived_at IS NULL AND situations && ($1::text[] || $2::text[])
             ORDER BY fits DESC, helped DESC, created_at, id LIMIT $3""",  # noqa: S608 - columns and expressions named here
        [full for full, _ in facts],
        [bare for _, bare in facts],
        limit,
    )
    return ProposedInstruction.of_all(rows)


async def helped(conn: Connection, instruction_id: str, caller: str, item_id: str | None) -> Instruction:
    """Count that an instruction helped: once per caller and call, or per caller and day without a call."""
    await conn.execute(
        """WITH new AS (
             INSERT INTO instruction_helped (instruction_id, caller, occasion)
             SELECT $1, $2, coalesce($3, to_char(now() AT TIME ZONE coalesce(
                        (SELECT timezone FROM callers WHERE id = $2), 'UTC'), 'YYYY-MM-DD'))
             ON CONFLICT DO NOTHING RETURNING 1)
           UPDATE instructions SET helped = helped + 1 WHERE id = $1 AND EXISTS (SELECT FROM new)""",
        instruction_id,
        caller,
        item_id,
    )
    return await get(conn, instruction_id)
