"""One row of a lead file, read: cleaned fields, numbers in E.164, keys, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.contacts import phones
from services.chassis.contacts.identity import domain_of, email_of, is_placeholder, tax_id_of
from services.chassis.contacts.languages import language_of
from services.chassis.imports.cells import size_class, tidy_cells
from services.lead_gen.domain.import_country import RowRegion, region_of_row
from services.lead_gen.domain.import_do_not_call import FIELDS as FORBIDDING
from services.lead_gen.domain.import_do_not_call import forbids, says_not_to_call
from services.lead_gen.domain.import_file import PHONE_FIELDS, base_of
from services.lead_gen.domain.import_zones import offset_of, zone_in
from services.lead_gen.domain.places import place_fields

MAX_TEXT = 200
MAX_PHONES = 10
_TOTALS = re.compile(
    r"(?:(?:grand |sub)?totals?|sum|count|records|всього|усього|разом|підсумок|итого|всего|razem|suma|łącznie|ogółem"
    r"|summe|gesamt|insgesamt)(?: (?:of )?(?:records|rows|leads|contacts|companies|записів|рядків|компаній|контактів"
    r"|записей|rekordów|firm|datensätze))?[\W\d]*|(?:generated (?:by|on)|copyright|confidential information)\b.*",
    re.IGNORECASE,
)
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


def packed_reader(mapping: Mapping[str, int], region: str) -> Callable[[int, Sequence[str]], tuple[Any, ...]]:
    """`RowReader.read_packed` of a file, for the process that reads large ones."""
    return RowReader(mapping, region).read_packed


class RowReader:
    """Reads the rows of one file by its mapping (field -> column) and default region."""

    def __init__(self, mapping: Mapping[str, int], region: str) -> None:
        self._columns = sorted(mapping.items(), key=lambda item: item[1])
        kinds = {name: base_of(name) for name in mapping}
        numbers = [name for name, kind in kinds.items() if kind in PHONE_FIELDS]
        numbers.sort(key=lambda name: PHONE_FIELDS.index(kinds[name]))
        self._phones = [(name, mapping[name]) for name in numbers]
        self._emails = [name for name in mapping if base_of(name) == "email"]
        self._extension = mapping.get("extension")
        self._region, self._usual = region, RowRegion(region)
        self._says_place = "country" in mapping or "phone_code" in mapping
        self._forbidding = [name for name, _ in self._columns if name.startswith(FORBIDDING)]
        self._as_it_is = [name for name, _ in self._columns if name in _AS_IT_IS]

    def read(self, line: int, cells: Sequence[str]) -> Row:
        """The row; never raises for anything that a cell may hold."""
        row = Row(line, cells)
        width = len(cells)
        tidy = tidy_cells(cells)
        raw = {name: text for name, at in self._columns if at < width and (text := tidy[at])}
        region = self._usual
        if self._says_place and ("country" in raw or "phone_code" in raw):
            region = region_of_row(raw, self._region)
            row.notes += region.notes
        numbers = [(name, cell) for name, at in self._phones if at < width and (cell := cells[at])]
        problem = self._read_phones(row, numbers, region)
        if self._extension is not None and (extension := raw.get("extension")) is not None:
            _extend(row, extension)
        if said := {name: raw[name] for name in self._forbidding if name in raw}:
            row.forbids = row.forbids or forbids(said)
        if row.forbids is not None and row.phones:
            row.notes.append("its numbers go on the do-not-call ledger, by what the row itself says")
        if "company" not in raw:
            _name_by_person(row, raw)
        if "company" not in raw:
            row.problem = _no_company(raw, tidy)
        elif not row.phones:
            row.problem = _no_company({}, tidy) if _TOTALS.fullmatch(raw["company"]) else f"no valid phone: {problem}"
        else:
            self._read_fields(row, raw, region)
        return row

    def read_packed(self, line: int, cells: Sequence[str]) -> tuple[Any, ...]:
        """What `Row` has besides its line and cells, as plain values that another process makes it of again."""
        row = self.read(line, cells)
        return (row.fields, row.phones, row.keys, row.forbids, row.notes, row.problem)

    def _read_phones(self, row: Row, cells: Sequence[tuple[str, str]], place: RowRegion) -> str:
        """Fill in the row's numbers; returns why the last bad one was refused."""
        problem, good, region = "the phone is missing", row.phones, place.region
        for name, cell in cells:
            if place.unknown or place.area:
                problem = _read_placed(row, cell, place) or problem
                continue
            if (number := phones.read_plain(cell, region)) is not None:
                if number not in good:
                    good.append(number)
                continue
            numbers, problems = phones.read_cell(cell.lstrip("' "), region)
            if row.forbids is None and says_not_to_call(cell):
                row.forbids = (name, cell[:100])
            good += [number for number in numbers if number not in good]
            if problems:
                problem = f"the number {problems[-1]}"
                row.notes.append(f"a number was left out: {problem}")
        if len(good) > MAX_PHONES:
            del good[MAX_PHONES:]
            row.notes.append(f"only the first {MAX_PHONES} numbers were taken")
        return problem

    def _read_fields(self, row: Row, raw: dict[str, str], region: RowRegion) -> None:
        fields = row.fields
        fields["company"] = raw["company"]
        if "contact_name" not in raw and (name := f"{raw.get('first_name', '')} {raw.get('last_name', '')}".strip()):
            fields["contact_name"] = name
        for name in self._as_it_is:
            if name in raw:
                fields[name] = raw[name]
        if (size := raw.get("size")) is not None:
            if (known := size_class(size)) is not None:
                fields["size"] = known
            else:
                row.notes.append("the size was left out: it is no number of people")
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
        for name in self._emails:
            if (cell := raw.get(name)) is not None:
                _read_email(row, cell)
        if "website" in raw and (domain := domain_of(raw["website"])) is not None:
            row.keys.append(f"d:{domain}")


def _read_email(row: Row, cell: str) -> None:
    if (email := email_of(cell)) is None:
        row.notes.append("the e-mail was left out: it is no address")
    elif is_placeholder(email):
        row.notes.append("the e-mail was left out: it is nobody's and only fills the cell")
    else:
        row.fields.setdefault("email", email)
        if (key := f"e:{email}") not in row.keys:
            row.keys.append(key)


def _read_placed(row: Row, cell: str, place: RowRegion) -> str | None:
    """Read a cell whose area stands beside it, or of a country that nobody knows; why it could not be, if so."""
    text = cell.lstrip("' ")
    if place.area and not text.startswith(("+", "0")):
        text = f"{place.area} {text}"
    numbers, problems = phones.read_cell(text, place.region)
    if place.unknown:
        # Read as one of the default region, a number of another country is somebody else's.
        written = "".join(sign for sign in cell if sign.isdigit())
        whole = [number for number in numbers if number.partition(";")[0].lstrip("+") in written]
        problems = problems if len(whole) == len(numbers) else [f"needs its country code: {place.unknown}"]
        numbers = whole
    row.phones += [number for number in numbers if number not in row.phones]
    if not problems:
        return None
    row.notes.append(f"a number was left out: the number {problems[-1]}")
    return f"the number {problems[-1]}"


def _extend(row: Row, extension: str) -> None:
    """The row's first number is behind a switchboard, and another column says where."""
    digits = extension.removesuffix(".0").lstrip("#x ")
    if not row.phones or ";" in row.phones[0]:
        return
    if digits.isdecimal() and digits.isascii() and len(digits) <= 7:
        row.phones[0] = f"{row.phones[0]};ext={digits}"
    else:
        row.notes.append("the extension was left out: it is no number")


def _name_by_person(row: Row, raw: dict[str, str]) -> None:
    """A row that names a person alone is a lead of that name."""
    person = raw.get("contact_name") or f"{raw.get('first_name', '')} {raw.get('last_name', '')}".strip()
    if person:
        raw["company"] = person
        row.notes.append("no company name: it is called by its person's")


def _no_company(raw: dict[str, str], cells: Sequence[str]) -> str:
    """Why a row without a company cannot be taken: often it is none, but the foot of a table."""
    first = next((cell for cell in cells if cell), "")
    return (
        "a line of totals, not a company" if not raw.get("company") and _TOTALS.fullmatch(first) else "no company name"
    )


def _read_place(row: Row, raw: dict[str, str], region: RowRegion) -> None:
    if (cell := raw.get("language")) is not None:
        language = language_of(cell)
        if language is None:
            row.notes.append("the language is not known")
        else:
            row.fields["language"] = language
    if region.country is not None:
        row.fields["country"] = region.country
    place = place_fields(row.fields, row.phones, region.region)
    if (cell := raw.get("timezone")) is not None:
        if (zone := _zone_of(cell, place)) is not None:
            place = place_fields({**row.fields, "timezone": zone}, row.phones, region.region)
        elif offset_of(cell) is None:
            row.notes.append("the time zone is not known; write one such as Europe/Kyiv")
    row.fields.update(place)


def _zone_of(cell: str, place: Mapping[str, str]) -> str | None:
    """The time zone that a row says itself; an offset chooses among those it may be in."""
    possible = {place.get("timezone", ""), *place.get("zones", "").split(",")} - {""}
    return zone_in(cell, place.get("country"), frozenset(possible))
