"""Cells with numbers as people fill them in: several at once, names and words around them, extensions, old prefixes.

Only for cells that are not one plain number: those are read by `phone_shapes`, many times faster.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

_NONE = re.compile(r"[\s.\-–—_/?0]*|\[\]|\{\}|n/?a|none|null|nil|no|немає|нема|нет|brak|keine?", re.IGNORECASE)
_ROUNDED = re.compile(r"\d+[.,]\d+e\+?\d+", re.IGNORECASE)
_FORMULA = re.compile(r'="?([^"]*)"?')
_AS_FLOAT = re.compile(r"(\d{7,})[.,]0+")
_SIGN = r"[;,/|\\\n]"
_AND = r"\b(?:або|чи|та|і|й|или|и|or|and|oder|und|lub|oraz|albo|i)\b"
_BETWEEN = re.compile(rf"(?:{_SIGN}|{_AND})(?!\s*ext\s*=)", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[\s,;(]*(?:[#*]|(?<![^\W\d_])(?:extension|extn|ext|доб(?:авочный)?|дод(?:атковий)?|внутр(?:ішній|енний)?|вн"
    r"|wewn?(?:ętrzny)?|w(?=\.)|durchwahl|dw|apparat|x))[\s.:=№)]*(\d{1,7})\s*\)?\s*$",
    re.IGNORECASE,
)
_SAID_AFTER = re.compile(r"(?<=\d)[\s,]+[^\W\d_]\D*$")
# Two digits in brackets are another number of the row, which nobody can be sure of.
_SHORT_OTHER = re.compile(r"(?<=\d)\s*\((\d{1,4})\)\s*$")
_NO_COMMA_BEFORE = re.compile(r"[,;]\s*(?=(?:ext|доб|дод|внутр|вн|wew|dw|durchwahl)\b)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^()\d]*\)")
_WORDS = re.compile(r"[^\W\d_]+\.?:?")
_GAP = re.compile(r"\s+-\s+|\s+")
# `030/12345678`: the area before the slash is no number by itself.
_AREA_SLASH = re.compile(r"(^|[,;:\n]\s*)(\(?0\d{1,4}\)?|\+\d{1,3}[ -]?\(?0?\d{2,4}\)?)\s*/\s*(?=\d)")
_PLUS_BETWEEN = re.compile(r"(?<=\d{7})\s*\+\s*(?=\d{9})")
# When somebody is there is no part of their number.
_HOURS = re.compile(
    r"\b\d{1,2}[:.]\d{2}\s*[-–—]\s*\d{1,2}[:.]\d{2}\b|\b(?:з|із|від|from|до|till|until|after|після|von|bis|ab|od|do|po|с)"
    r"\s+\d{1,2}(?:[:.]\d{2})?(?!\d)(?=\D*$|\s*(?:до|to|till|until|bis|do|по)\b)",
    re.IGNORECASE,
)
_BARE_HOURS = re.compile(r"(?<=\d)\s+([1-9]|1\d)[-–](1\d|2[0-4])$")
_BOTH = re.compile(
    r"\b(tel|phone|тел)(?:efon|ефон)?\.?\s*(?:/|\\|,|und|i|та|и|and)\s*(?:tele)?(?:fax|faks|факс)", re.IGNORECASE
)
_FAX = re.compile(r"\b(?:tele)?(?:fax|faks|факс)", re.IGNORECASE)
_MAX_CELL = 300
_MAX_PIECES = 12


class CellNumberError(ValueError):
    """Why a piece of a cell is no number."""


@lru_cache(maxsize=20_000)
def read_odd_cell(cell: str, region: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(numbers of a cell, why the rest of it is not one). A number with an extension is `+380441002001;ext=5`."""
    text = _tidy(cell)
    if _ROUNDED.fullmatch(text):
        return (), ("was rounded by a spreadsheet and its last digits are lost",)
    found: list[str] = []
    problems: list[str] = []
    pieces = list(_pieces(text))
    if any(any(map(str.isdigit, one)) for one in pieces if not _FAX.search(one)):
        pieces = [one for one in pieces if not _FAX.search(one)]
    # A name or a word between numbers is none of them; alone in its cell it is said to be none.
    for piece in [one for one in pieces if any(map(str.isdigit, one))] or pieces[:1]:
        try:
            found += _numbers(piece, region)
        except CellNumberError as error:
            problems.append(str(error))
    return tuple(dict.fromkeys(found)), tuple(problems)


def _tidy(cell: str) -> str:
    """The cell without signs that are not seen, wide letters narrow, and what spreadsheets put around a number gone."""
    text = unicodedata.normalize("NFKC", cell[:_MAX_CELL]).replace("%2B", "+")
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf").strip().replace("\r", "\n")
    if (formula := _FORMULA.fullmatch(text)) is not None:
        text = formula[1].strip()
    if text.startswith("[{"):
        text = _of_json(text)
    number = _AS_FLOAT.fullmatch(text)
    return number[1] if number else text


def _of_json(text: str) -> str:
    """Numbers in a list of objects, as some systems export them."""
    try:
        given = [one for one in json.loads(text) if isinstance(one, dict)]
    except ValueError:
        return text
    return ";".join(f"{one.get('callingCode') or ''}{one.get('number') or ''}" for one in given)


def _pieces(text: str) -> Iterator[str]:
    if _NONE.fullmatch(text):
        return
    text = _HOURS.sub(" ", _BOTH.sub(r"\1", text))
    text = _PLUS_BETWEEN.sub(";+", _AREA_SLASH.sub(r"\1\2 ", text))
    whole = _SHORT_OTHER.sub(r";\1", _NO_COMMA_BEFORE.sub(" ", text))
    for piece in _BETWEEN.split(whole)[:_MAX_PIECES]:
        if not _NONE.fullmatch(piece.strip()):
            yield piece.strip()


def _numbers(piece: str, region: str) -> list[str]:
    """The number of a piece, or those that only a space or a dash divides. Raises CellNumberError."""
    piece = _SAID_AFTER.sub("", piece)
    extension = _EXTENSION.search(piece)
    bare = piece[: extension.start()] if extension else piece
    bare = " ".join(_WORDS.sub(" ", _IN_BRACKETS.sub(" ", bare)).strip(" :.-–—").split())
    if not any(sign.isdigit() for sign in bare):
        raise CellNumberError("has no digits")
    try:
        number = _one(bare, region)
    except CellNumberError:
        if several := _divided(bare, region):
            return several if extension is None else [*several[:-1], f"{several[-1]};ext={extension[1]}"]
        raise
    return [f"{number};ext={extension[1]}" if extension else number]


def _one(text: str, region: str) -> str:
    """E.164. Raises CellNumberError with the reason that fits the text as it is."""
    problem = ""
    for tried in (text, *_old_prefixes(text, region)):
        try:
            number = phonenumbers.parse(tried, region)
        except phonenumbers.NumberParseException:
            problem = problem or "is not a phone number"
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if not phonenumbers.is_possible_number(number):
            problem = problem or "has the wrong length for its country"
        problem = problem or "is not a number that exists in its country"
    raise CellNumberError(problem)


def _old_prefixes(text: str, region: str) -> Iterator[str]:
    """What the number is without the prefixes of the old network, 8 for long distance and 8~10 for abroad, without
    hours behind it, and without a sign that only stood between two."""
    if (hours := _BARE_HOURS.search(text)) is not None:
        yield text[: hours.start()]
    if text.startswith("+0"):
        yield text[1:]
    digits = "".join(sign for sign in text if sign.isdigit())
    if digits.startswith("810"):
        yield f"+{digits[3:]}"
    if region == "UA" and len(digits) == 11 and digits.startswith("80"):
        yield f"+3{digits}"


def _divided(text: str, region: str) -> list[str]:
    """Two or more whole numbers with a gap between them; none if what is left over is no number."""
    parts = _GAP.split(text)
    for size in range(1, min(len(parts), _MAX_PIECES)):
        try:
            first = _one(" ".join(parts[:size]), region)
            rest = " ".join(parts[size:])
        except CellNumberError:
            continue
        try:
            return [first, _one(rest, region)]
        except CellNumberError:
            if more := _divided(rest, region):
                return [first, *more]
    return []
