"""Reading a file of rows: encoding, separator, header, and cells as people meant them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

DELIMITERS = ",;\t|"
# The first characters that spreadsheets take for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014"), "-")
_PEOPLE = re.compile(r"\s*[^\W\d_]+\.?\s*$")
_RANGE = re.compile(r"\d+-\d+|\d+\+")
SIZE_CLASSES = ((1, "1"), (10, "2-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1000, "501-1000"))


class FileRefusedError(ValueError):
    """The whole file cannot be taken: the message says why in plain words, `field` what of the request is wrong."""

    def __init__(self, message: str, field: str = "file") -> None:
        super().__init__(message)
        self.field = field


class WrongKindError(FileRefusedError):
    """The file is of a kind that is not read here, however whole it may be."""


@dataclass(frozen=True)
class UnreadableRow:
    """A row of a file that can be read on behind it; `reason` says why in plain words, `cells` what could be read."""

    reason: str
    cells: tuple[str, ...] = ()


Cells = list[str] | UnreadableRow


_ASCII = bytes(range(128))
_UTF_8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL)
# Ways to write names of hosts or source code, which no spreadsheet writes.
_NO_FILES = frozenset({"idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape",
                       "raw_unicode_escape", "undefined", "utf-7", "mbcs", "oem"})  # fmt: skip
# What spreadsheets of a region write when they do not write Unicode.
_CYRILLIC = frozenset(["UA", "BG", "BY", "KZ", "KG", "MD", "ME", "MK", "MN", "RS", "RU", "TJ", "UZ"])
_CENTRAL = frozenset(["PL", "CZ", "SK", "HU", "RO", "SI", "HR", "BA", "AL"])


def is_workbook(head: bytes) -> bool:
    """Whether the file begins like an XLSX. Raises FileRefusedError for the old binary format."""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise WrongKindError(
            "This is an old XLS spreadsheet, or one with a password. Save it as XLSX or CSV and import that"
        )
    return head.startswith(b"PK\x03\x04")


def detect_encoding(parts: Iterable[bytes], region: str) -> str:
    """Encoding of a text file, from all of it. Raises FileRefusedError for anything that is not text.

    A few bytes that are not UTF-8 do not make another encoding of a file that otherwise is: their rows alone are bad.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, strict = "", True
    letters = strays = 0
    for part in parts:
        if not encoding:
            if part.startswith((b"\xff\xfe", b"\xfe\xff")):
                return "utf-16"
            encoding = "utf-8-sig" if part.startswith(b"\xef\xbb\xbf") else "utf-8"
            if (wide := _utf_16(part)) is not None:
                return wide
            if b"\x00" in part:
                raise WrongKindError("This is not a text file")
        strict = strict and _decodes(decoder, part)
        if part.isascii():
            continue
        found = _UTF_8_LETTER.findall(part)
        letters += len(found)
        strays += len(part.translate(None, _ASCII)) - sum(map(len, found))
    if (strict and _decodes(decoder, b"", final=True)) or encoding == "utf-8-sig" or 0 < strays <= letters:
        return encoding or "utf-8"
    return "cp1251" if region in _CYRILLIC else "cp1250" if region in _CENTRAL else "cp1252"


def _utf_16(part: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of plain letters and of the ends of lines is empty."""
    for name, empty, end in (("utf-16-le", 1, b"\n\x00"), ("utf-16-be", 0, b"\x00\n")):
        if end in part and part[empty::2].count(0) * 5 > len(part[empty::2]) and 0 not in part[1 - empty :: 2]:
            return name
    return None


def _decodes(decoder: codecs.IncrementalDecoder, part: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(part, final)
    except UnicodeDecodeError:
        return False
    return True


def detect_delimiter(header_line: str) -> str:
    """The separator that occurs most in the header line."""
    return max(DELIMITERS, key=header_line.count) if any(d in header_line for d in DELIMITERS) else ","


def known_encoding(name: str) -> str:
    """The encoding that somebody names, in Python's spelling. Raises FileRefusedError for what is none of a text."""
    try:
        codec = codecs.lookup(name.strip())
        b"a,b".decode(codec.name, "replace")
    except (LookupError, ValueError, UnicodeError):
        codec = None
    if codec is None or codec.name in _NO_FILES:
        raise FileRefusedError(
            f"'{name[:40]}' is not an encoding of text; there are utf-8, utf-16, cp1251, cp1250, cp1252 and others",
            field="encoding",
        )
    return codec.name


def first_rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    """The first rows of a text that hold something. Raises FileRefusedError where they cannot be read."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(islice((cells for cells in rows if any(cell.strip() for cell in cells)), most))
    except csv.Error as error:
        raise FileRefusedError(f"The header cannot be read: {error}") from error


def tidy_header(header: Sequence[str]) -> list[str]:
    """Names of columns with white space folded, without what no text may hold, and without empty ones at the end."""
    tidy = [" ".join(cell.replace("\0", "").split()) for cell in header]
    while tidy and not tidy[-1]:
        tidy.pop()
    return tidy


def neutralise(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell


# Marks that are never seen: they hide what a text says, turn it round, or make two of one name.
_HIDING = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0001"
    "\U000e0020-\U000e007f]+"
)


def tidy_cells(cells: Sequence[str]) -> list[str]:
    """Every cell with white space of all kinds folded, characters that no text may hold and an apostrophe of a
    spreadsheet gone. A whole row at once: it is the same answer as cell by cell, three times faster."""
    text = "\0".join(cells)
    if not text.isascii():
        text = _HIDING.sub("", text)
    if text.count("\0") != len(cells) - 1:
        text = "\0".join(cell.replace("\0", "") for cell in cells)
    text = " ".join(text.split()).replace(" \0", "\0").replace("\0 ", "\0")
    tidy = text.split("\0")
    if "'" in text:
        tidy = [cell[1:].lstrip() if cell.startswith("'") else cell for cell in tidy]
    return tidy


@lru_cache(maxsize=5_000)
def size_class(cell: str) -> str | None:
    """`37` -> `11-50`; a class that is already one stays; anything else is not known."""
    text = _PEOPLE.sub("", cell[:40].translate(_DASHES)).removesuffix(".0")
    digits = text.replace(" ", "").replace("\u00a0", "").replace(",", "")[:20]
    if digits.isdecimal():
        return next((name for most, name in SIZE_CLASSES if int(digits) <= most), "1000+")
    return digits if _RANGE.fullmatch(digits) else None
