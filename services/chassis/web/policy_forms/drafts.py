"""One section of a policy while somebody edits it: what is typed, what is wrong with it, and what it would change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from services.chassis.auth import Principal
from services.chassis.countries import countries_with_holidays, country_of_holidays
from services.chassis.db import Connection
from services.chassis.errors import Invalid, NotFound
from services.chassis.meanings import STORED, zones
from services.chassis.policies import Policies, PolicyVersion
from services.chassis.web.pages import Reader
from services.chassis.web.policy_forms.faults import Faults, faults_of, named_twice
from services.chassis.web.policy_forms.fields import Drawing, Field
from services.chassis.web.policy_forms.reading import UNIT, Typed, read
from services.chassis.web.policy_forms.saying import Change, Saying
from services.chassis.web.policy_forms.shapes import Shape, shapes_of
from services.chassis.web.policy_forms.words import Gettext, Section, Sections, Words, words_at
from services.chassis.web.seen import Seen
from services.chassis.web.site import words_for

Check = Callable[[Connection, Any, Principal], Awaitable[None]]
_MOST_FIELDS = 1_000


@dataclass(frozen=True)
class Here:
    """The policy in force, as this person reads it."""

    request: Request
    conn: Connection
    who: Principal
    base: str
    model: type[BaseModel]
    sections: Sections
    version: PolicyVersion
    people: Mapping[str, Sequence[tuple[str, str]]]
    by: str

    @cached_property
    def gettext(self) -> Gettext:
        """Words in the reader's language."""
        return words_for(self.request)

    @cached_property
    def words(self) -> dict[str, Words]:
        """What every field is called."""
        return words_at(self.sections)

    @property
    def shapes(self) -> dict[str, Shape]:
        """What every field is."""
        return shapes_of(self.model)

    @cached_property
    def in_force(self) -> dict[str, Any]:
        """The policy's values."""
        return self.values_of(self.version)

    @cached_property
    def saying(self) -> Saying:
        """Says values in the reader's words."""
        formats = Reader.of(self.request).formats()
        return Saying(self.shapes, self.words, formats, self.gettext, self.people)

    def values_of(self, version: PolicyVersion) -> dict[str, Any]:
        """The values of a version; what it did not say yet has its default."""
        return self.model.model_validate(version.body, context=STORED).model_dump()

    def compared(self, was: PolicyVersion, now: PolicyVersion) -> list[Change]:
        """What a version changed."""
        names = [name for section in self.sections for name in section.top]
        return self.saying.changes(self.values_of(was), self.values_of(now), names)

    def section(self, name: str) -> Section:
        """The section of this name. Raises NotFound."""
        found = next((one for one in self.sections if one.name == name), None)
        if found is None:
            raise NotFound("there is no such part of the policy")
        return found

    def options(self, one: Field) -> list[tuple[str, str]]:
        """(value, text) of what a field is chosen from; what is there now is among them, known or not."""
        if one.kind == "person":
            known = list(self.people.get(one.name, ()))
        elif one.kind == "holidays":
            known = self._countries(one.value)
        else:
            known = [(value, one.words.names.get(value, value)) for value in one.choices]
        return known if not one.value or one.value in dict(known) else [*known, (one.value, one.value)]

    def _countries(self, kept: str) -> list[tuple[str, str]]:
        """Each country once, by its name; the one that is `kept` by the code that was written for it."""
        formats, written = Reader.of(self.request).formats(), country_of_holidays(kept)
        named = [(kept if code == written else code, formats.country(code)) for code in countries_with_holidays()]
        return sorted(named, key=lambda pair: formats.order(pair[1]))

    @staticmethod
    def needs_zones(fields: Sequence[Field]) -> bool:
        """Whether a time zone is written somewhere among these."""
        return any(one.kind == "zone" or Here.needs_zones(one.fields) for one in fields)

    @staticmethod
    def zones() -> list[str]:
        """Names of time zones by place."""
        return sorted(name for name in zones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))

    def unchanged(self, name: str) -> Draft:
        """A section as it is in force."""
        section = self.section(name)
        fields = Drawing(self.words, people=self.people).draw(self.shapes, self.in_force, section.top)
        return Draft(section, fields, seen=Seen.at(self.version.version))


@dataclass(frozen=True)
class Draft:
    """A section as typed. `policy` is the whole policy with it, once nothing is wrong; `seen` is the version that its
    writer began with and the one they were told of. `is_stale` says that the first is not in force any more, `is_told`
    that they know which one is. `names` are the inputs that were sent.
    """

    section: Section
    fields: list[Field]
    seen: Seen
    faults: Faults = field(default_factory=Faults)
    changes: list[Change] = field(default_factory=list)
    policy: Any = None
    is_stale: bool = False
    is_told: bool = True
    names: list[str] = field(default_factory=list)
    typed: bool = False


async def draft_of(here: Here, name: str, policies: Policies[Any], check: Check | None) -> Draft:
    """What a form has sent, checked by everything that publishing checks."""
    section = here.section(name)
    form = await here.request.form(max_files=0, max_fields=_MOST_FIELDS)
    shapes = {top: here.shapes[top] for top in section.top}
    typed = read(shapes, here.words, form)
    policy, faults = await _checked(here, typed, policies, check)
    seen = Seen.of(form)
    values = policy.model_dump() if policy is not None else None
    return Draft(
        section,
        Drawing(here.words, typed=form, people=here.people).draw(here.shapes, here.in_force, section.top),
        seen=seen,
        faults=faults,
        changes=here.saying.changes(here.in_force, values, section.top) if values else [],
        policy=policy,
        is_stale=seen.is_behind(here.version.version),
        is_told=seen.knows(here.version.version),
        names=_names(typed, form),
        typed=True,
    )


async def _checked(here: Here, typed: Typed, policies: Policies[Any], check: Check | None) -> tuple[Any, Faults]:
    if twice := named_twice(typed, here.gettext):
        return None, twice
    try:
        policy = policies.model.model_validate(here.in_force | typed.fields)
        if check:
            await check(here.conn, policy, here.who)
    except (ValidationError, Invalid) as error:
        return None, faults_of(error, typed, here.words, here.gettext)
    return policy, Faults()


def _names(typed: Typed, form: FormData) -> list[str]:
    """Inputs at which something may have been wrong before and is not now, or is now."""
    tops = set(typed.fields)
    sent = [name for name in form if name.partition(".")[0] in tops and not name.endswith(f".{UNIT}")]
    return list(dict.fromkeys([*typed.names.values(), *sent]))
