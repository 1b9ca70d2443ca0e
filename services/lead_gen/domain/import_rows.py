"""One row of a lead file, read: cleaned fields, numbers in E.164, keys, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import available_timezones

from services.chassis.contacts import phones
from services.chassis.contacts.identity import domain_of, email_of, tax_id_of
from services.chassis.imports.cells import size_class, tidy_cells
from services.lead_gen.domain.import_country import RowRegion, region_of_row
from services.lead_gen.domain.import_do_not_call import FIELDS as FORBIDDING
from services.lead_gen.domain.import_do_not_call import forbids
from services.lead_gen.domain.import_file import PHONE_FIELDS
from services.lead_gen.domain.places import place_fields

MAX_TEXT = 200
MAX_PHONES = 10
LANGUAGES = {
    "ukrainian": "uk", "українська": "uk", "укр": "uk", "ua": "uk", "english": "en", "англійська": "en",
    "polish": "pl", "polski": "pl", "польська": "pl", "german": "de", "deutsch": "de", "німецька": "de",
    "russian": "ru", "російська": "ru", "romanian": "ro", "румунська": "ro", "hungarian": "hu", "угорська": "hu",
    "french": "fr", "французька": "fr", "spanish": "es", "іспанська": "es", "italian": "it", "італійська": "it",
}  # fmt: skip
_AS_IT_IS = frozenset({"contact_name", "industry", "region", "city", "website"})


@dataclass(slots=True)
class Row:
    """A row as the register would take it. `problem` says why it cannot be taken; `notes` what was left out.

    `forbids` is (field, what it says) of a cell by which its numbers may not be called.
    """

    line: int
    cells: Sequence[str]
    fields: dict[str, str] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    forbids: tuple[str, str] | None = None
    notes: list[str] = field(default_factory=list)
    problem: str | None = None


class RowReader:
    """Reads the rows of one file by its mapping (field -> column) and default region."""

    def __init__(self, mapping: Mapping[str, int], region: str) -> None:
        self._columns = sorted(mapping.items(), key=lambda item: item[1])
        self._phones = [mapping[name] for name in PHONE_FIELDS if name in mapping]
        self._region = region
        self._says_place = "country" in mapping or "phone_code" in mapping
        self._may_forbid = any(name in mapping for name in FORBIDDING)

    def read(self, line: int, cells: Sequence[str]) -> Row:
        """The row; never raises for anything that a cell may hold."""
        row = Row(line, cells)
        width = len(cells)
        tidy = tidy_cells(cells)
        raw = {name: text for name, at in self._columns if at < width and (text := tidy[at])}
        region = RowRegion(self._region)
        if self._says_place and ("country" in raw or "phone_code" in raw):
            region = region_of_row(raw, self._region)
            row.notes += region.notes
        numbers = [cell for at in self._phones if at < width and (cell := cells[at])]
        problem = self._read_phones(row, numbers, region.region)
        row.forbids = forbids(raw) if self._may_forbid else None
        if "company" not in raw:
            row.problem = "no company name"
        elif not row.phones:
            row.problem = f"no valid phone: {problem}"
        else:
            self._read_fields(row, raw, region)
        return row

    def _read_phones(self, row: Row, cells: Sequence[str], region: str) -> str:
        """Fill in the row's numbers; returns why the last bad one was refused."""
        problem, good = "the phone is missing", row.phones
        for cell in cells:
            numbers, problems = phones.read_cell(cell.lstrip("' "), region)
            good += [number for number in numbers if number not in good]
            if problems:
                problem = f"the number {problems[-1]}"
                row.notes.append(f"a number was left out: {problem}")
        del good[MAX_PHONES:]
        return problem

    def _read_fields(self, row: Row, raw: dict[str, str], region: RowRegion) -> None:
        fields = row.fields
        fields["company"] = raw["company"]
        if "contact_name" not in raw and (name := f"{raw.get('first_name', '')} {raw.get('last_name', '')}".strip()):
            raw["contact_name"] = name
        for name in raw.keys() & _AS_IT_IS:
            fields[name] = raw[name]
        if (size := raw.get("size")) is not None and (known := size_class(size)) is not None:
            fields["size"] = known
        self._read_keys(row, raw, region.region)
        _read_place(row, raw, region)
        for name, text in fields.items() if max(map(len, fields.values())) > MAX_TEXT else ():
            if len(text) > MAX_TEXT:
                fields[name] = text[:MAX_TEXT]
                row.notes.append(f"{name} was cut to {MAX_TEXT} characters")

    def _read_keys(self, row: Row, raw: dict[str, str], region: str) -> None:
        if (cell := raw.get("tax_id")) is not None:
            if (tax_id := tax_id_of(cell, region)) is None:
                row.notes.append("the tax id was left out: its check digit or length is wrong")
            else:
                row.fields["tax_id"] = tax_id
                row.keys.append(f"t:{tax_id}")
        if (cell := raw.get("email")) is not None:
            if (email := email_of(cell)) is None:
                row.notes.append("the e-mail was left out: it is no address")
            else:
                row.fields["email"] = email
                row.keys.append(f"e:{email}")
        if "website" in raw and (domain := domain_of(raw["website"])) is not None:
            row.keys.append(f"d:{domain}")


def _read_place(row: Row, raw: dict[str, str], region: RowRegion) -> None:
    if (cell := raw.get("language")) is not None:
        language = language_of(cell)
        if language is None:
            row.notes.append("the language is not known")
        else:
            row.fields["language"] = language
    if (zone := raw.get("timezone")) is not None:
        if (known := _zones().get(zone.lower().replace("_slash_", "/").replace(" ", "_"))) is not None:
            row.fields["timezone"] = known
        else:
            row.notes.append("the time zone is no IANA name such as Europe/Kyiv")
    if region.country is not None:
        row.fields["country"] = region.country
    row.fields.update(place_fields(row.fields, row.phones, region.region))


def language_of(cell: str) -> str | None:
    """`uk`, `uk-UA`, `Ukrainian` and `українська` -> `uk`; None for what is no language."""
    text = cell.lower()
    if text in LANGUAGES:
        return LANGUAGES[text]
    code = text.replace("_", "-").partition("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
