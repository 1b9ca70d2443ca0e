"""The lines of an MT940 before it is read: what its reader would stumble over, or take for something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final

import mt940

from services.account_mgmt.domain.bank.transfers import BadRow
from services.chassis.sentences import said

_TAG: Final = re.compile(r"^\s*:\d{2}[A-Z]?:")
_ENTRY = re.compile(r"\s*:61:(\d{2})(\d{2})(\d{2})(?:\d{4}|\s{4})?(E?)R?[DC][A-Z]?\s?(\d[\d.,]*)(.*)", re.IGNORECASE)
_READER = mt940.tags.Statement().re
_AMOUNT = re.compile(r"\d+(?:[.,]\d{0,2}0*)?")
_BALANCE = re.compile(r"(\s*:6[0245][FM]?:[DC]\d{6}[A-Z]{3}\d+)\.(\d*\s*)")
# Polish banks separate the parts of field 86 by other signs than the question mark: `020<00...<20...<32...`.
# Some write letters where the three digits of a transaction code should be.
_PARTS = re.compile(r"(\s*:86:)(\d{3}|[A-Z][A-Z0-9]{2,3})(\s*)([<>~^|!?])(?=\d{2})")
_CODE_ONLY = re.compile(r"\s*:86:\d{3}\s*")


def prepared(text: str) -> tuple[str, list[BadRow]]:
    """The text with one kind of line end, decimal sign and separator, and the entries that are left out of it.

    Lines keep their numbers.
    """
    bad: list[BadRow] = []
    lines = re.split(r"\r\n|\r|\n", text)
    told_of = ""
    for first, end in _tags(lines):
        tag = lines[first].strip()[:4]
        told_of = told_of if tag == ":86:" else tag
        if tag == ":86:" and told_of != ":61:":
            # Of the statement as a whole: its reader would take it for a part of the last entry's text.
            _blank(lines, first, end)
            continue
        if tag == ":61:":
            reason = _why_not(lines[first])
            if not reason:
                lines[first] = _with_comma(lines[first])
                reason = _unread(lines, first, end)
            if reason:
                bad.append(BadRow(first + 1, reason))
                _leave_out(lines, first, end)
        elif tag == ":86:":
            _with_question_marks(lines, first, end)
        else:
            lines[first] = _BALANCE.sub(r"\1,\2", lines[first])
    return "\n".join(lines), bad


def _tags(lines: Sequence[str]) -> list[tuple[int, int]]:
    """From where to where each field goes; the end of a message ends one as well."""
    starts = [at for at, line in enumerate(lines) if _TAG.match(line)]
    return list(pairwise([*starts, len(lines)]))


def _why_not(line: str) -> str | None:
    found = _ENTRY.fullmatch(line)
    if found is None or not _AMOUNT.fullmatch(found[5]):
        start = line.strip()[:40]
        return said(f"'{start}' is no entry: a day, C or D, and an amount with two decimals")
    try:
        date(2000 + int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        day = "".join(found.group(1, 2, 3))
        return said(f"'{day}' is not a day (YYMMDD)")
    return said("not booked yet (expected); it will come again when it is") if found[4] else None


def _unread(lines: list[str], first: int, end: int) -> str | None:
    """Why the reader would refuse this entry, and with it the whole file; none if it reads it.

    Some banks write a longer reference than may be: what is too much of it goes on in front of the next line.
    """
    behind = [at for at in range(first + 1, end) if lines[at].strip() and not lines[at].startswith("-")]
    parts = [lines[at].strip() for at in (first, *behind)]
    if _READER.match("\n".join(parts).removeprefix(":61:")):
        return None
    if _READER.match(" ".join(parts).removeprefix(":61:")):
        lines[first] = " ".join(parts)
        for at in behind:
            lines[at] = ""
        return None
    start = lines[first].strip()[:40]
    return said(f"'{start}' is no entry that can be read")


def _leave_out(lines: list[str], first: int, end: int) -> None:
    """An entry, and the field 86 that tells of it: to the next field of another kind."""
    until = end
    while until < len(lines) and lines[until].strip().startswith(":86:"):
        until = next((at for at in range(until + 1, len(lines)) if _TAG.match(lines[at])), len(lines))
    _blank(lines, first, until)


def _blank(lines: list[str], first: int, until: int) -> None:
    """Empty these lines, but for the end of a message."""
    for at in range(first, until):
        if not lines[at].startswith("-"):
            lines[at] = ""


def _with_comma(line: str) -> str:
    found = _ENTRY.fullmatch(line)
    if found is None:
        return line
    start, end = found.span(5)
    return line[:start] + found[5].replace(".", ",") + line[end:]


def _with_question_marks(lines: list[str], first: int, end: int) -> None:
    if _CODE_ONLY.fullmatch(lines[first]) and end < len(lines) and lines[end].strip().startswith(":86:"):
        # Some banks write the code twice, the second time with the text.
        lines[first] = ""
        return
    found = _PARTS.match(lines[first]) or _PARTS.match("".join(lines[first : first + 2]))
    if found is None:
        return
    for at in range(first, end):
        lines[at] = re.sub(rf"{re.escape(found[4])}(?=\d{{2}})", "?", lines[at])
    if not found[2].isdigit():
        lines[first] = lines[first].replace(f":86:{found[2]}", ":86:000", 1)
    if any("?38" in line for line in lines[first:end]):
        # There 38 is the IBAN, and 31 the same account in the country's own way.
        lines[first:end] = [re.sub(r"\?31[^?]*", "", line).replace("?38", "?31") for line in lines[first:end]]
