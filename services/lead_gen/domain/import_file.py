"""Reading a lead file: encoding, separator, header, and which column is what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

FIELDS = (
    "company",
    "contact_name",
    "first_name",
    "last_name",
    "phone",
    "mobile",
    "email",
    "industry",
    "size",
    "region",
    "city",
    "language",
    "timezone",
    "website",
    "tax_id",
)

# Header names of the exports, in lower case. A header may name the same thing in several products.
HEADERS: dict[str, dict[str, str]] = {
    "hubspot": {
        "company name": "company",
        "name": "company",
        "first name": "first_name",
        "last name": "last_name",
        "phone number": "phone",
        "mobile phone number": "mobile",
        "email": "email",
        "industry": "industry",
        "number of employees": "size",
        "state/region": "region",
        "city": "city",
        "preferred language": "language",
        "time zone": "timezone",
        "website url": "website",
        "company domain name": "website",
        "tax id": "tax_id",
        "edrpou": "tax_id",
        "tax id (edrpou)": "tax_id",
    },
    "salesforce": {
        "company": "company",
        "company / account": "company",
        "account name": "company",
        "first name": "first_name",
        "last name": "last_name",
        "phone": "phone",
        "mobile": "mobile",
        "email": "email",
        "industry": "industry",
        "employees": "size",
        "no. of employees": "size",
        "state/province": "region",
        "city": "city",
        "website": "website",
    },
    "pipedrive": {
        "organization": "company",
        "organization - name": "company",
        "person - name": "contact_name",
        "person - phone": "phone",
        "person - email": "email",
        "contact person": "contact_name",
        "phone": "phone",
        "email": "email",
        "organization - address": "city",
    },
    "zoho": {
        "company": "company",
        "first name": "first_name",
        "last name": "last_name",
        "phone": "phone",
        "mobile": "mobile",
        "email": "email",
        "industry": "industry",
        "no. of employees": "size",
        "state": "region",
        "city": "city",
        "website": "website",
    },
}
DELIMITERS = ",;\t|"
# The first characters that spreadsheets take for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
SIZE_CLASSES = ((1, "1"), (10, "2-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1000, "501-1000"))


class FileRefusedError(ValueError):
    """The whole file cannot be imported; the message says why in words for people."""


def detect_encoding(head: bytes) -> str:
    """Encoding of a text file from its first bytes. Raises FileRefusedError for anything that is no text."""
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefusedError("This is a spreadsheet (XLSX or XLS). Save it as CSV and import that")
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise FileRefusedError("This is not a text file")
    try:
        # The last character may be cut in two.
        head[: max(0, len(head) - 4)].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def detect_delimiter(header_line: str) -> str:
    """The separator that occurs most in the header line."""
    return max(DELIMITERS, key=header_line.count) if any(d in header_line for d in DELIMITERS) else ","


def read_header(text: str) -> tuple[list[str], str]:
    """Header cells and separator. Raises FileRefusedError for an empty file."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise FileRefusedError("The file is empty")
    delimiter = detect_delimiter(first)
    header = next(csv.reader(io.StringIO(first), delimiter=delimiter))
    return [cell.strip() for cell in header], delimiter


def choose_mapping(header: list[str], wanted: str | Mapping[str, str]) -> dict[str, int]:
    """Field -> column. `wanted` is `auto`, the name of a product, or field -> header of an own mapping.

    Raises FileRefusedError when a company or a phone column cannot be found.
    """
    lowered = [cell.lower() for cell in header]
    if isinstance(wanted, str):
        names = list(HEADERS) if wanted == "auto" else [wanted]
        if wanted != "auto" and wanted not in HEADERS:
            raise FileRefusedError(f"mapping: '{wanted}' is not one of auto, {', '.join(HEADERS)} or a JSON object")
        columns = max((_match(lowered, HEADERS[name]) for name in names), key=len)
    else:
        columns = {}
        for field, cell in wanted.items():
            if field not in FIELDS:
                raise FileRefusedError(f"mapping: '{field}' is not a field; there are {', '.join(FIELDS)}")
            if cell.lower() not in lowered:
                raise FileRefusedError(f"mapping: the file has no column '{cell}'")
            columns[field] = lowered.index(cell.lower())
    if "company" not in columns or not {"phone", "mobile"} & set(columns):
        raise FileRefusedError(
            "The header is unknown: no column for company and phone was found. "
            f"Columns are: {', '.join(header[:20])}. Give your own mapping"
        )
    return columns


def _match(lowered: list[str], names: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for position, cell in enumerate(lowered):
        field = names.get(cell)
        if field and field not in columns:
            columns[field] = position
    return columns


def neutralise(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell


def clean(cell: str) -> str:
    """White space of all kinds folded, and outer quotes and apostrophes of spreadsheets gone."""
    return re.sub(r"\s+", " ", cell).strip().removeprefix("'").strip()


def size_class(cell: str) -> str | None:
    """`37` -> `11-50`; a class that is already one stays; anything else is not known."""
    digits = cell.replace(" ", "").replace(",", "")
    if digits.isdigit():
        return next((name for most, name in SIZE_CLASSES if int(digits) <= most), "1000+")
    return cell if re.fullmatch(r"\d+\s*-\s*\d+|\d+\+", cell) else None
