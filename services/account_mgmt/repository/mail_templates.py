"""The organisation's own words of mails to customers."""

from __future__ import annotations

from services.account_mgmt.domain.mail_templates import MailKind, MailTemplate, MailVersion, MailWords
from services.chassis.db import Connection

_NEWEST = """
SELECT * FROM (SELECT DISTINCT ON (kind, language) * FROM mail_templates ORDER BY kind, language, version DESC) t
 WHERE body IS NOT NULL
"""


async def own(conn: Connection, kind: MailKind) -> dict[str, MailWords]:
    """The words of this kind that somebody wrote, by language."""
    rows = await conn.fetch(f"{_NEWEST} AND kind = $1", kind)
    return {row["language"]: MailWords(subject=row["subject"], body=row["body"]) for row in rows}


async def all_of_them(conn: Connection) -> list[MailTemplate]:
    """The newest version of each kind and language that somebody wrote."""
    return MailTemplate.of_all(await conn.fetch(_NEWEST))


async def versions(conn: Connection, kind: MailKind, language: str, limit: int) -> list[MailVersion]:
    """What was written of one kind in one language, the latest first."""
    rows = await conn.fetch(
        "SELECT * FROM mail_templates WHERE kind = $1 AND language = $2 ORDER BY version DESC LIMIT $3",
        kind,
        language,
        limit,
    )
    return MailVersion.of_all(rows)


async def add(conn: Connection, kind: MailKind, language: str, words: MailWords | None, by: str) -> None:
    """Write the next version; without words, the standard ones count again."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"mail-template:{kind}/{language}")
    await conn.execute(
        """INSERT INTO mail_templates (kind, language, version, subject, body, created_by)
           SELECT $1, $2, 1 + coalesce(max(version), 0), $3, $4, $5 FROM mail_templates
            WHERE kind = $1 AND language = $2""",
        kind,
        language,
        words.subject if words else None,
        words.body if words else None,
        by,
    )
