"""Which column of a lead file is what: by the words people use for it, and by likeness where a person confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from services.chassis.imports.cells import FileRefusedError
from services.lead_gen.domain.header_cells import by_cells
from services.lead_gen.domain.header_consent import consent_field
from services.lead_gen.domain.header_words import (
    ABOUT,
    EITHER_NAME,
    RANKS,
    WHOSE,
    WORDS,
    is_email,
    phone_kind,
    plain,
)
from services.lead_gen.domain.import_do_not_call import FIELDS as FORBIDDING

PHONE_FIELDS = ("phone", "mobile", "other_phone")
MANY = frozenset({*PHONE_FIELDS, "email", *FORBIDDING})
"""Fields that a file may have several columns of: `phone`, `phone_2`, `phone_3`."""
FIELDS = (*PHONE_FIELDS, "email", *WORDS)
PRODUCTS = ("hubspot", "salesforce", "pipedrive", "zoho")
_ENOUGH = frozenset({"company", "contact_name", "first_name", "last_name"})
_TYPING_ERROR = 85
_LIKELY = 76
_MAX_SHOWN = 20


@dataclass
class _Matched:
    """Columns by field: those that are sure, and those that a person should confirm."""

    sure: dict[str, int] = field(default_factory=dict)
    likely: dict[str, int] = field(default_factory=dict)


class UnknownHeaderError(FileRefusedError):
    """A header without what a lead needs; `columns` is what is known of it, or likely."""

    def __init__(self, message: str, columns: dict[str, int]) -> None:
        super().__init__(message)
        self.columns = columns


def base_of(name: str) -> str:
    """`phone_2` -> `phone`."""
    start, _, end = name.rpartition("_")
    return start if end.isdigit() else name


class LeadTable:
    """What tier 1 knows of the columns of lead files."""

    def known(self, header: list[str]) -> int:
        """How many of these are names of columns."""
        return len({column for cell in header if (column := _field_of(plain(cell)))})

    def choose(
        self,
        header: list[str],
        wanted: str | Mapping[str, str],
        *,
        proposals: bool,
        rows: list[list[str]],
        region: str,
    ) -> dict[str, int]:
        """As `choose_mapping`; what it refuses is told with what the cells look like."""
        try:
            return choose_mapping(header, wanted, proposals=proposals)
        except UnknownHeaderError as error:
            hint = by_cells(header, error.columns, rows, region)
            raise FileRefusedError(f"{error}{hint}") from None

    def questions(self, header: list[str], mapping: Mapping[str, int]) -> list[str]:
        """What was taken on likeness alone or not at all, and that a file names no company."""
        return questions(header, mapping)


def choose_mapping(header: list[str], wanted: str | Mapping[str, str], *, proposals: bool = False) -> dict[str, int]:
    """Field -> column. `wanted` is `auto`, the name of a product, or field -> header of an own mapping.
    With `proposals` columns that are only likely are taken too.

    Raises FileRefusedError for a mapping that is none, UnknownHeaderError when nobody's name or no number is found.
    """
    if not isinstance(wanted, str):
        return _complete(header, _own(header, wanted), {})
    if wanted != "auto" and wanted not in PRODUCTS:
        raise FileRefusedError(f"mapping: '{wanted}' is not one of auto, {', '.join(PRODUCTS)} or a JSON object")
    found = _match(tuple(header))
    if proposals:
        return _complete(header, {**found.likely, **found.sure}, {})
    return _complete(header, dict(found.sure), found.likely)


def _own(header: list[str], wanted: Mapping[str, str]) -> dict[str, int]:
    lowered = [cell.lower() for cell in header]
    columns: dict[str, int] = {}
    for name, cell in wanted.items():
        base = base_of(name)
        if base not in FIELDS or (base != name and base not in MANY):
            raise FileRefusedError(f"mapping: '{name}' is not a field; there are {', '.join(FIELDS)}")
        if cell.lower() not in lowered:
            raise FileRefusedError(f"mapping: the file has no column '{cell}'")
        # Two columns of one name are two numbers of the same company.
        for column, other in enumerate(lowered):
            if other == cell.lower() and column not in columns.values():
                columns[name if name not in columns else numbered(base, columns)] = column
                if base not in MANY:
                    break
    return columns


def is_enough(columns: Mapping[str, int]) -> tuple[bool, bool]:
    """(is somebody named, is there a number): a lead needs both."""
    bases = set(map(base_of, columns))
    return bool(_ENOUGH & bases), bool(bases & set(PHONE_FIELDS))


def sure_columns(header: list[str]) -> set[int]:
    """Columns whose names leave no doubt."""
    return set(_match(tuple(header)).sure.values())


def _complete(header: list[str], columns: dict[str, int], likely: Mapping[str, int]) -> dict[str, int]:
    """The mapping, if leads can be made with it: a name and a number. Raises UnknownHeaderError."""
    bases = set(map(base_of, columns))
    asked = "company" not in bases and "company" in likely
    if not asked and _ENOUGH & bases and bases & set(PHONE_FIELDS):
        return columns
    missing = [] if _ENOUGH & bases and not asked else ["company"]
    missing += [] if bases & set(PHONE_FIELDS) else ["phone"]
    maybe = {name: column for name, column in likely.items() if base_of(name) in (*missing, *PHONE_FIELDS)}
    shown = ", ".join(header[:_MAX_SHOWN])
    told = f"The header is unknown: no column for {' and '.join(missing)} was found. Columns are: {shown}. "
    raise UnknownHeaderError(told, {**columns, **maybe})


def questions(header: list[str], mapping: Mapping[str, int]) -> list[str]:
    """What a person should look at: columns taken on likeness, likely ones that were not taken, names for companies."""
    found = _match(tuple(header))
    taken = set(mapping.values())
    told = []
    for name, column in found.likely.items():
        if mapping.get(name) == column:
            told.append(f"Is '{header[column]}' the {base_of(name)}? It was taken for it by its likeness alone.")
        elif column not in taken and name not in mapping:
            told.append(f"'{header[column]}' may be the {base_of(name)}. It is left out until your mapping names it.")
    if "company" not in mapping and _ENOUGH & set(mapping):
        told.append("No column names the company: each lead is called by its person's name.")
    return told


@lru_cache(maxsize=500)
def _match(header: tuple[str, ...]) -> _Matched:
    names = [plain(cell) for cell in header]
    claims: dict[str, list[tuple[int, int]]] = {}
    for column, words in enumerate(names):
        if (base := _field_of(words)) is not None:
            claims.setdefault(base, []).append((_rank(words), column))
    _give_names(claims)
    found = _Matched()
    for base, columns in claims.items():
        for _, column in sorted(columns) if base not in MANY else columns:
            found.sure[numbered(base, found.sure)] = column
            if base not in MANY:
                break
    _add_likely(names, found)
    return found


def _field_of(words: str) -> str | None:
    if (kind := phone_kind(words)) is not None:
        return kind
    if is_email(words):
        return "email"
    if words in EITHER_NAME:
        return "name"
    known = RANKS.get(words) or RANKS.get(_without_owner(words)) or RANKS.get(words.rstrip("0123456789 "))
    return known[0] if known else consent_field(words)


def _rank(words: str) -> int:
    return RANKS[words][1] if words in RANKS else 1000


def _without_owner(words: str) -> str:
    first, _, rest = words.partition(" ")
    return rest if first in WHOSE else words


def _give_names(claims: dict[str, list[tuple[int, int]]]) -> None:
    """A bare `Name` is the company's unless another column is, and then the person's."""
    bare = claims.pop("name", [])
    if bare:
        claims.setdefault("contact_name" if "company" in claims else "company", []).extend(bare)


def numbered(base: str, columns: Mapping[str, int]) -> str:
    """The next name of a field that may have several columns: `phone`, `phone_2`."""
    number = sum(base_of(name) == base for name in columns)
    return base if not number else f"{base}_{number + 1}"


def _add_likely(names: list[str], found: _Matched) -> None:
    """Columns whose names are like a word of a field that has none yet: with a typing error sure, else likely."""
    for column, words in enumerate(names):
        if column in found.sure.values() or len(words) < 4 or not ABOUT.isdisjoint(words.split()):
            continue
        base, score = _nearest(words)
        if base is None or base in found.sure or base in found.likely:
            continue
        if score >= _TYPING_ERROR:
            found.sure[base] = column
        else:
            found.likely[base] = column


def _nearest(words: str) -> tuple[str | None, float]:
    """The field with the word that is most like these, and how like it is: 100 is the same."""
    choices = _choices()
    near = process.extractOne(words, list(choices), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    if near is not None and len(near[0]) >= 4:
        return choices[near[0]], near[1]
    # A word of ours among others, as in `Firmenname lt. Register`.
    parts = set(words.split())
    inside = [word for word in choices if len(word) >= 5 and parts.issuperset(word.split())]
    if inside:
        return choices[max(inside, key=len)], _LIKELY
    return None, 0


@lru_cache(maxsize=1)
def _choices() -> dict[str, str]:
    numbers = (
        "phone",
        "phones",
        "phone number",
        "telephone",
        "телефон",
        "номер телефону",
        "telefon",
        "telefonnummer",
        "rufnummer",
    )
    extra = {"mobile": "mobile", "mobile phone": "mobile", "мобільний": "mobile", "email": "email"}
    return {word: base for word, (base, _) in RANKS.items()} | dict.fromkeys(numbers, "phone") | extra
