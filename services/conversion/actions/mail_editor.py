"""A mail template as its editor shows it: the words that count, those before, how typed words read, who uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.differences import Sign, lines_between
from services.chassis.errors import Invalid, NotFound
from services.chassis.templates import Slip, marked
from services.conversion.actions.templates import save_template
from services.conversion.domain.mail_fields import MAIL_FIELDS
from services.conversion.domain.playbooks import TRACKS
from services.conversion.domain.templates import EXAMPLE, Pack, Template
from services.conversion.repository import playbooks, supervisors, templates
from services.conversion.schemas.templates import NewTemplate
from services.conversion.seed_texts import TEMPLATES

_MOST = 500
_MOST_VERSIONS = 50
_MOST_PLAYBOOKS = 100
# What is often not known of a lead.
_OFTEN_MISSING = ("contact_name", "city", "industry", "need")
Words = tuple[str, str]
"""Subject and body."""


@dataclass(frozen=True)
class MailTable:
    """Every template in every language."""

    languages: list[str]
    rows: Mapping[str, Mapping[str, Template]]
    used_by: Mapping[str, list[str]]
    names: Mapping[str, str]


@dataclass(frozen=True)
class MailPage:
    """One template in one language, with all versions, the latest first, and its files."""

    name: str
    language: str
    current: Words | None
    shipped: Words | None
    versions: list[Template]
    start: Words
    files: list[Pack]
    used_by: list[str]
    names: Mapping[str, str]

    @property
    def version(self) -> int:
        """The version in force, or 0."""
        return self.versions[0].version if self.versions else 0

    @property
    def is_shipped(self) -> bool:
        """Whether the words that count are the shipped ones."""
        return self.current is not None and self.current == self.shipped

    def of_version(self, number: int) -> Words:
        """The words of an earlier version. Raises NotFound."""
        for one in self.versions:
            if one.version == number:
                return one.subject, one.body
        raise NotFound(f"there is no version {number} of this mail")


@dataclass(frozen=True)
class Look:
    """Words as they would read, with everything known and with little; what is wrong; how they differ."""

    named: Words
    nameless: Words
    slips: Mapping[str, list[Slip]]
    pieces: Mapping[str, list[tuple[bool, str]]]
    difference: list[tuple[Sign, str]]

    @property
    def is_wrong(self) -> bool:
        """Whether anything stands in the way of publishing."""
        return any(self.slips.values())


async def read_mail_table(conn: Connection) -> MailTable:
    """Every template in every language, and which playbooks send it."""
    found = await templates.newest(conn, _MOST, None)
    rows: dict[str, dict[str, Template]] = {}
    for one in found:
        rows.setdefault(one.name, {})[one.language] = one
    return MailTable(
        languages=sorted({one.language for one in found}),
        rows=rows,
        used_by=await _used_by(conn),
        names=await supervisors.names_of_staff(conn),
    )


async def read_mail_page(conn: Connection, name: str, language: str) -> MailPage:
    """One template in one language, also one in which nobody has written yet."""
    versions = await templates.versions(conn, name, language, _MOST_VERSIONS)
    current = (versions[0].subject, _tidy(versions[0].body)) if versions else None
    shipped = TEMPLATES.get(name, {}).get(language)
    other = None if current else await templates.for_language(conn, name, ["en"])
    return MailPage(
        name=name,
        language=language,
        current=current,
        shipped=(shipped[0], _tidy(shipped[1])) if shipped else None,
        versions=versions,
        start=current or ((other.subject, _tidy(other.body)) if other else ("", "")),
        files=await templates.pack(conn, name),
        used_by=(await _used_by(conn)).get(name, []),
        names=await supervisors.names_of_staff(conn),
    )


async def restore_words(conn: Connection, name: str, language: str, who: Principal, seen: int) -> None:
    """The shipped words are the next version. Raises NotFound where nothing was shipped, Conflict as saving does."""
    shipped = TEMPLATES.get(name, {}).get(language)
    if shipped is None:
        raise NotFound("nothing was shipped by this name in this language")
    new = NewTemplate(name=name, language=language, subject=shipped[0], body=shipped[1])
    await save_template(conn, new, who, seen=seen)


def check_words(page: MailPage, words: Words) -> None:
    """Raises Invalid on `subject` or `body` for what they name, or if nothing is different."""
    for field, text in zip(("subject", "body"), words, strict=True):
        for fault in MAIL_FIELDS.faults(text):
            raise Invalid(fault, field=field)
    if words == page.current:
        raise Invalid("Nothing is different yet", field="body")


def look_at(page: MailPage, words: Words) -> Look:
    """How these words would read, and what is wrong with them."""
    texts = dict(zip(("subject", "body"), words, strict=True))
    slips = {name: MAIL_FIELDS.slips(text) for name, text in texts.items()}
    little = {name: None if name in _OFTEN_MISSING else value for name, value in EXAMPLE.items()}
    return Look(
        named=_filled(words, EXAMPLE),
        nameless=_filled(words, little),
        slips=slips,
        pieces={name: marked(texts[name], found) for name, found in slips.items()},
        difference=lines_between("\n\n".join(page.current), "\n\n".join(words)) if page.current else [],
    )


def _filled(words: Words, values: Mapping[str, str | None]) -> Words:
    return MAIL_FIELDS.fill(words[0], values), MAIL_FIELDS.fill(words[1], values)


def _tidy(body: str) -> str:
    return body.strip()


async def _used_by(conn: Connection) -> dict[str, list[str]]:
    used: dict[str, list[str]] = {}
    for one in await playbooks.newest(conn, _MOST_PLAYBOOKS):
        for name in {step.template for track in TRACKS for step in one.body.track(track) if step.template}:
            used.setdefault(name, []).append(one.name)
    return used
