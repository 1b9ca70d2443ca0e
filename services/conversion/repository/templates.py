"""Mail templates: versions per name and language, and the files that go with them."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.chassis.mail import Attachment
from services.conversion.domain.templates import Pack, Template


async def add(conn: Connection, name: str, language: str, subject: str, body: str, by: str) -> Template:
    """Write the next version."""
    await conn.execute("LOCK TABLE templates IN SHARE ROW EXCLUSIVE MODE")
    row = await conn.fetchrow(
        """INSERT INTO templates (name, language, version, subject, body, created_by)
           SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5 FROM templates WHERE name = $1 AND language = $2
           RETURNING *""",
        name,
        language,
        subject,
        body,
        by,
    )
    return Template.of(row)


async def newest(conn: Connection, limit: int, after: tuple[str, str] | None) -> list[Template]:
    """The newest version of each, by name and language."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (name, language) * FROM templates
            WHERE $1::text IS NULL OR (name, language) > ($1, $2)
            ORDER BY name, language, version DESC LIMIT $3""",
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Template.of_all(rows)


async def versions(conn: Connection, name: str, language: str, limit: int) -> list[Template]:
    """What was written by this name in this language, the latest first."""
    rows = await conn.fetch(
        "SELECT * FROM templates WHERE name = $1 AND language = $2 ORDER BY version DESC LIMIT $3",
        name,
        language,
        limit,
    )
    return Template.of_all(rows)


async def names(conn: Connection) -> set[str]:
    """Names of all templates."""
    return {row["name"] for row in await conn.fetch("SELECT DISTINCT name FROM templates")}


async def for_language(conn: Connection, name: str, languages: Sequence[str]) -> Template | None:
    """The newest version in the first of these languages that it has, else in any; none if there is none."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (language) * FROM templates WHERE name = $1 ORDER BY language, version DESC""", name
    )
    found = {row["language"]: Template.of(row) for row in rows}
    for language in (*languages, *sorted(found)):
        if language in found:
            return found[language]
    return None


async def put_file(conn: Connection, template: str, file: Attachment, by: str) -> None:
    """Add a file, or replace the one of that name."""
    await conn.execute(
        """INSERT INTO template_files (template, name, media_type, content, added_by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (template, name) DO UPDATE
              SET media_type = $3, content = $4, added_by = $5, added_at = now()""",
        template,
        file.name,
        file.media_type,
        file.content,
        by,
    )


async def remove_file(conn: Connection, template: str, name: str) -> bool:
    """Take a file away; False if there was none."""
    return bool(
        await conn.fetchval(
            "DELETE FROM template_files WHERE template = $1 AND name = $2 RETURNING true", template, name
        )
    )


async def files(conn: Connection, template: str) -> list[Attachment]:
    """The files of a template."""
    rows = await conn.fetch("SELECT * FROM template_files WHERE template = $1 ORDER BY name", template)
    return [Attachment(row["name"], row["media_type"], row["content"]) for row in rows]


async def pack(conn: Connection, template: str) -> list[Pack]:
    """Names and sizes of the files of a template."""
    rows = await conn.fetch(
        "SELECT name, media_type, length(content) AS size FROM template_files WHERE template = $1 ORDER BY name",
        template,
    )
    return Pack.of_all(rows)
