"""The usual dirt of a CRM export: duplicates, bad phones, mixed formats, holes, stray spaces, cells like formulas.

Shares are of the finished file. Every kind is deterministic: same rows and seed, same dirt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from leadrelay.demo.companies import Row
from leadrelay.demo.dice import Dice

DUPLICATE_SHARE = 0.05
BAD_PHONE_SHARE = 0.04
STRAY_SPACE_SHARE = 0.06

BAD_PHONES = (
    "12345", "0000000000", "+380", "n/a", "-", "немає", "call Olena", "3.80932E+11", "111-11-11", "+380 00 000 00 00",
    "099 ххх хх хх", "TBD", "",
)  # fmt: skip
"""What people type when there is no number: too short, letters, placeholders, a spreadsheet's rounding, nothing."""

MISSING = {
    "email": 0.15, "website": 0.5, "tax_id": 0.4, "employees": 0.15, "first": 0.12, "last": 0.18, "industry": 0.05,
    "city": 0.04, "region": 0.12, "status": 0.3, "created": 0.2, "language": 0.6,
}  # fmt: skip
"""Chance of each field to be empty."""

FORMATS: tuple[Callable[[str, str], str], ...] = (
    lambda area, number: f"+380{area}{number}",
    lambda area, number: f"+380 {area} {number[:3]} {number[3:5]} {number[5:]}",
    lambda area, number: f"0{area}{number}",
    lambda area, number: f"(0{area}) {number[:3]}-{number[3:5]}-{number[5:]}",
    lambda area, number: f"0{area} {number[:3]} {number[3:]}",
    lambda area, number: f"380{area}{number}",
    lambda area, number: f"+38(0{area}){number}",
    lambda area, number: f"00380 {area} {number}",
    lambda area, number: f"0{area}-{number[:3]}-{number[3:5]}-{number[5:]}",
)

FORMULAS = (
    ("first", "=cmd|'/C calc'!A1"),
    ("employees", "0x1F"),
    ("last", "@SUM(1+1)*cmd|'/C calc'!A0"),
    ("company", '=HYPERLINK("http://evil.example","Зерно")'),
    ("first", "+1+1"),
)
"""Cells that a spreadsheet would run: whoever exports them again must defuse them."""


def spoil(rows: list[Row], seed: int) -> list[Row]:
    """Return the rows as they come out of a CRM that many people have typed into for years."""
    dice = Dice(seed, "dirt")
    total = round(len(rows) / (1 - DUPLICATE_SHARE))
    bad = _draw(dice, len(rows), round(total * BAD_PHONE_SHARE), frozenset())
    dirty = [_bad_phones(dice, row) if index in bad else _mixed(dice, row) for index, row in enumerate(rows)]
    for index, (field, cell) in zip(sorted(_draw(dice, len(rows), len(FORMULAS), bad)), FORMULAS, strict=True):
        dirty[index] = replace(dirty[index], **{field: cell})
    doubled = _draw(dice, len(rows), total - len(rows), bad)
    doubles = [_double(dice, rows[index], dirty[index], number) for number, index in enumerate(sorted(doubled))]
    for double in doubles:
        dirty.insert(dice.whole(len(rows) // 2, len(dirty)), double)
    return dirty


def _draw(dice: Dice, among: int, count: int, forbidden: frozenset[int]) -> frozenset[int]:
    drawn: set[int] = set()
    while len(drawn) < count:
        index = dice.whole(0, among - 1)
        if index not in forbidden:
            drawn.add(index)
    return frozenset(drawn)


def _bad_phones(dice: Dice, row: Row) -> Row:
    return replace(_holes(dice, row), phone=dice.pick(BAD_PHONES), mobile="")


def _mixed(dice: Dice, row: Row) -> Row:
    written = replace(_holes(dice, row), phone=_written(dice, row.phone), mobile=_written(dice, row.mobile))
    if dice.chance(STRAY_SPACE_SHARE):
        written = replace(
            written, company=f" {written.company}  ", first=f"{written.first} ", phone=f" {written.phone}"
        )
    return written


def _holes(dice: Dice, row: Row) -> Row:
    return replace(row, **{field: "" for field, share in MISSING.items() if dice.chance(share)})


def _written(dice: Dice, phone: str) -> str:
    return dice.pick(FORMATS)(phone[4:6], phone[6:]) if phone else ""


def _double(dice: Dice, clean: Row, dirty: Row, number: int) -> Row:
    """Repeat a row: every second time as it is, else typed anew under another record id and in another format."""
    if number % 2 == 0:
        return dirty
    others = [
        written for make in FORMATS if (written := make(clean.phone[4:6], clean.phone[6:])) != dirty.phone.strip()
    ]
    return replace(dirty, record=str(int(dirty.record) + 40_000_000), phone=dice.pick(others), mobile="")
