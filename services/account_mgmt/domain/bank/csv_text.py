"""A bank's CSV as text: which encoding it is in, and which separator."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from services.account_mgmt.domain.bank.csv_headers import ALL_HEADERS, plain
from services.account_mgmt.domain.bank.transfers import MAX_ROWS, tidy
from services.chassis.imports.cells import FileRefusedError

# What banks write that do not write Unicode, the likelier first: of two that read alike, the first is taken.
_PAGES: tuple[str, ...] = (
    "cp1252",
    "cp1251",
    "cp1250",
    "cp866",
    "iso8859_2",
    "koi8_u",
    "mac_cyrillic",
    "cp852",
    "cp850",
)
_CENTRAL = re.compile(
    r"\b(?:kwota|waluta|nadawca|rachunek|saldo po|opis|operacji|deviza|PLN|CZK|HUF|RON)\b", re.IGNORECASE
)
_LONG = 4
_WORD = re.compile(r"[^\s;,|\"()<>/]*[^\x00-\x7f\s][^\s;,|\"()<>/]*")
_WRAPPED = re.compile(r'\s*"(?=[^"]*[;,\t|])[^"]*(?:""[^"]*)*"\s*')
# Signs that stand beside letters without being part of a word.
_FINE = frozenset("«»„“”‘’‚‹›–—…№€£§°·¨´\xa0\xad®©™")
# More than any bank's export has; a line of nothing but separators would fill the memory otherwise.
_MOST_CELLS = 120
Line = tuple[int, list[str]]


def decode(content: bytes, encoding: str = "") -> str:
    """The file's text, in this encoding or in the one that gives the most plausible words.

    `charset-normalizer` was tried here: on files of a few lines it takes Polish for Western European. Raises
    FileRefusedError for no text, and for an `encoding` that does not exist or fit.
    """
    if encoding:
        return _named(content, encoding)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _readable(content, "utf-16") or _refuse()
    if b"\0" in content[:400]:
        # UTF-16 without a mark: every other byte of Latin letters and signs is zero.
        wide = "utf-16-le" if content[1:400:2].count(0) > content[:400:2].count(0) else "utf-16-be"
        return _readable(content, wide) or _refuse()
    text = _readable(content, "utf-8-sig")
    if text is not None:
        return text
    pages = _PAGES
    if _CENTRAL.search(content.decode("ascii", "ignore")):
        pages = ("cp1250", "iso8859_2", *_PAGES)
    read = [text for page in pages if (text := _readable(content, page)) is not None]
    return min(read, key=lambda text: (-_known_headers(text), _oddities(text))) if read else _refuse()


def _named(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except LookupError:
        raise FileRefusedError(f"There is no encoding '{encoding[:40]}'", "encoding") from None
    except (UnicodeError, ValueError):
        raise FileRefusedError(f"The file is not in {encoding[:40]}", "encoding") from None
    return text.removeprefix("\ufeff") if isinstance(text, str) and "\0" not in text else _refuse()


def _readable(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _refuse() -> str:
    raise FileRefusedError("This is not a text file")


def _known_headers(text: str) -> int:
    """How many headers that banks use are in the first lines; those of the wrong page are words of no language."""
    cells = re.split(r"[;,\t|\n]", text[:8_000])
    return sum(plain(cell) in ALL_HEADERS for cell in cells)


def _oddities(text: str) -> int:
    """How many words of a text nobody would write: of two alphabets, with signs in them, or capital letters inside."""
    return sum(_is_odd(word[0]) for word in _WORD.finditer(text[:200_000]))


def _is_odd(word: str) -> bool:
    letters = [character for character in word if character.isalpha()]
    strange = [one for one in word if ord(one) > 127 and not one.isalpha() and one not in _FINE]
    if strange or any(unicodedata.category(one).startswith("C") for one in word):
        return True
    scripts = {"CYRILLIC" in unicodedata.name(one, "") for one in letters}
    # No language that writes Latin letters has a word of nothing but accented ones: `Îïëàòà` is Оплата.
    if len(scripts) > 1 or (scripts == {False} and len(letters) >= _LONG and min(map(ord, letters)) > 127):
        return True
    return any(a.islower() and b.isupper() and ord(b) > 127 for a, b in pairwise(letters))


def unwrapped(text: str) -> str:
    """The text without the quotes that a spreadsheet has put around whole lines of it."""
    rows = [line for line in text.splitlines() if line.strip()]
    if not rows or not all(_WRAPPED.fullmatch(line) for line in rows):
        return text
    return "\n".join(line.strip()[1:-1].replace('""', '"') for line in text.splitlines())


def separators(text: str) -> list[str]:
    """What may separate the cells, the likeliest first; a first line `sep=;` says it."""
    told = re.match(r"\s*\"?sep=(.)\"?\s*\r?\n", text)
    lines = text[:20_000].splitlines()[:30]
    by_count = sorted(";,\t|", key=lambda one: -sum(line.count(one) for line in lines))
    return [told[1], *(one for one in by_count if one != told[1])] if told else by_count


def uncovered(cell: str) -> str:
    """What a cell says, without what keeps a spreadsheet from reading it as a number: `="0815"`, `'0815`."""
    text = tidy(cell)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip("'").strip() if text.startswith("'") else text


def lines(text: str, delimiter: str) -> Iterator[Line]:
    """(line of the file, cells) of every line that has any. Raises FileRefusedError for more than may be."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = count = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MAX_ROWS + 50:
                raise FileRefusedError(f"More than {MAX_ROWS} rows; send the statement in parts")
            yield line, cells[:_MOST_CELLS]
    except csv.Error as error:
        raise FileRefusedError(f"Line {reader.line_num} cannot be read: {error}") from None
