"""A mail to customers as its editor shows it: the words that count, what was written before, how typed words read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.account_mgmt.actions.mail_templates import list_templates, show_words
from services.account_mgmt.documents.mail_texts import MailText
from services.account_mgmt.documents.standard_mails import LANGUAGES, standard
from services.account_mgmt.domain.mail_templates import (
    KINDS,
    MailKind,
    MailTemplate,
    MailVersion,
    MailWords,
    faults,
    fields_of,
)
from services.account_mgmt.repository import mail_templates, supervisors
from services.chassis.db import Connection
from services.chassis.differences import Sign, lines_between
from services.chassis.errors import NotFound
from services.chassis.templates import Slip, marked

_MOST_VERSIONS = 50


@dataclass(frozen=True)
class MailTable:
    """Every kind in every language: the words that count, or none."""

    languages: list[str]
    rows: Mapping[MailKind, Mapping[str, MailTemplate]]
    names: Mapping[str, str]


@dataclass(frozen=True)
class MailPage:
    """One mail: the words that count, the shipped ones, and all versions, the latest first."""

    kind: MailKind
    language: str
    current: MailWords | None
    version: int
    shipped: MailWords | None
    versions: list[MailVersion]
    names: Mapping[str, str]

    @property
    def latest(self) -> int:
        """What a form is drawn with."""
        return self.versions[0].version if self.versions else 0

    @property
    def start(self) -> MailWords:
        """What a form begins with: in a language that nobody has written in, the English words."""
        return self.current or standard(self.kind, "en") or MailWords(subject="", body="")

    def of_version(self, number: int) -> MailWords:
        """The words of an earlier version. Raises NotFound."""
        for one in self.versions:
            if one.version == number and one.subject is not None and one.body is not None:
                return MailWords(subject=one.subject, body=one.body)
        raise NotFound(f"There is no version {number} of this mail")


@dataclass(frozen=True)
class Look:
    """Words as they would read, with a name and without; what is wrong with them, and how they differ."""

    named: MailText
    nameless: MailText
    slips: Mapping[str, list[Slip]]
    pieces: Mapping[str, list[tuple[bool, str]]]
    lacks: list[str]
    difference: list[tuple[Sign, str]]

    @property
    def is_wrong(self) -> bool:
        """Whether anything stands in the way of publishing."""
        return bool(self.lacks or any(self.slips.values()))


async def read_mail_table(conn: Connection) -> MailTable:
    """Every kind in every language that somebody has written in."""
    found = await list_templates(conn)
    languages = sorted({one.language for one in found}, key=lambda code: (code not in LANGUAGES, code))
    rows = {kind: {one.language: one for one in found if one.kind == kind} for kind in KINDS}
    return MailTable(languages=languages, rows=rows, names=await supervisors.names_of_staff(conn))


async def read_mail_page(conn: Connection, kind: MailKind, language: str) -> MailPage:
    """One mail in one language, also one in which nobody has written yet."""
    versions = await mail_templates.versions(conn, kind, language, _MOST_VERSIONS)
    shipped = standard(kind, language)
    newest = versions[0] if versions else None
    own = newest is not None and newest.subject is not None and newest.body is not None
    words = MailWords(subject=newest.subject or "", body=newest.body or "") if own and newest else shipped
    return MailPage(
        kind=kind,
        language=language,
        current=words,
        version=newest.version if own and newest else 0,
        shipped=shipped,
        versions=versions,
        names=await supervisors.names_of_staff(conn),
    )


async def look_at(conn: Connection, page: MailPage, words: MailWords) -> Look:
    """How these words would read, and what is wrong with them."""
    fields = fields_of(page.kind)
    slips = {name: fields.slips(getattr(words, name)) for name in ("subject", "body")}
    known = {fault for name in slips for fault in fields.faults(getattr(words, name))}
    return Look(
        named=await show_words(conn, page.kind, page.language, words, named=True),
        nameless=await show_words(conn, page.kind, page.language, words, named=False),
        slips=slips,
        pieces={name: marked(getattr(words, name), found) for name, found in slips.items()},
        lacks=[fault for _, fault in faults(page.kind, words) if fault not in known],
        difference=lines_between(_whole(page.current), _whole(words)) if page.current else [],
    )


def _whole(words: MailWords | None) -> str:
    return f"{words.subject}\n\n{words.body}" if words else ""
