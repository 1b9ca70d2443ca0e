"""Words of mails to customers: read, written by the supervisor, and shown as a customer would get them."""

from __future__ import annotations

from services.account_mgmt.actions.kinds import MAIL_TEMPLATE
from services.account_mgmt.documents import mail_texts
from services.account_mgmt.documents.mail_texts import MailText
from services.account_mgmt.documents.standard_mails import ALL_STANDARD, standard
from services.account_mgmt.domain.mail_templates import MailKind, MailTemplate, MailWords, faults
from services.account_mgmt.repository import legal_entities, mail_templates
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.edits import hold
from services.chassis.errors import Invalid, NotFound
from services.chassis.meanwhile import published_meanwhile

_EXAMPLE = {
    "company": "Wind Ltd", "name": "Olena Koval", "what": "Full truck", "number": "LR-2030-000042",
    "open": "1 200,00 UAH", "due": "14.02.2030",
}  # fmt: skip


async def list_templates(conn: Connection) -> list[MailTemplate]:
    """The words of every kind and language that count now: the organisation's own, else the standard ones."""
    own = {(one.kind, one.language): one for one in await mail_templates.all_of_them(conn)}
    for kind, language in ALL_STANDARD:
        if (kind, language) not in own:
            own[kind, language] = _standard(kind, language)
    return [own[key] for key in sorted(own)]


async def read_template(conn: Connection, kind: MailKind, language: str) -> MailTemplate:
    """The words that count now. Raises NotFound for a language that nobody has written in."""
    for one in await list_templates(conn):
        if (one.kind, one.language) == (kind, language):
            return one
    raise NotFound(f"Nobody has written the mail {kind} in {language}")


def _standard(kind: MailKind, language: str) -> MailTemplate:
    words = standard(kind, language)
    if words is None:
        raise NotFound(f"There is no standard mail {kind} in {language}")
    return MailTemplate(kind=kind, language=language, version=0, **dict(words), created_by=None, created_at=None)


async def save_template(
    conn: Connection, who: Principal, kind: MailKind, language: str, words: MailWords, *, seen: int | None = None
) -> MailTemplate:
    """Write the organisation's own words. `seen` is the latest version that a form was drawn with.

    Raises Invalid on `subject` or `body` for what they name or lack, Conflict (`changed_meanwhile`).
    """
    _check(kind, words)
    await _check_seen(conn, kind, language, seen)
    await mail_templates.add(conn, kind, language, words, who.person)
    return await read_template(conn, kind, language)


async def restore_template(
    conn: Connection, who: Principal, kind: MailKind, language: str, *, seen: int | None = None
) -> None:
    """The standard words count again, or none in a language that has none. Raises NotFound, Conflict as saving does."""
    await read_template(conn, kind, language)
    await _check_seen(conn, kind, language, seen)
    await mail_templates.add(conn, kind, language, None, who.person)


async def preview_template(
    conn: Connection, kind: MailKind, language: str, words: MailWords, *, named: bool = True
) -> MailText:
    """A mail as an example's customer would get it, with a name and without. Raises Invalid as saving does."""
    _check(kind, words)
    return await show_words(conn, kind, language, words, named=named)


async def show_words(conn: Connection, kind: MailKind, language: str, words: MailWords, *, named: bool) -> MailText:
    """A mail as it would read, whatever is wrong with it."""
    seller = (await legal_entities.all_of_them(conn))[0]
    month = mail_texts.MONTH
    facts = {**_EXAMPLE, "seller": seller.name, "ago": mail_texts.spoken_ago(month, language),
             "every": mail_texts.spoken_length(month, language)}  # fmt: skip
    if not named:
        del facts["name"]
    return mail_texts.write(kind, language, facts, {language: words})


async def _check_seen(conn: Connection, kind: MailKind, language: str, seen: int | None) -> None:
    if seen is None:
        return
    await hold(conn, MAIL_TEMPLATE, f"{kind}/{language}")
    for latest in await mail_templates.versions(conn, kind, language, 1):
        if seen != latest.version:
            raise await published_meanwhile(conn, latest.created_by, latest.version)


def _check(kind: MailKind, words: MailWords) -> None:
    for field, fault in faults(kind, words):
        raise Invalid(fault, field=field)
