"""What a row says about being called: flags, dialler statuses and legal bases that forbid it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

FIELDS = ("do_not_call", "call_status")
"""Fields that may forbid a call; further columns of one have a number behind the name: `do_not_call_2`."""
_YES = frozenset({
    "yes", "y", "true", "t", "1", "x", "✓", "✔", "✗", "on", "checked", "так", "т", "істина", "да", "истина", "tak",
    "prawda", "ja", "wahr", "j", "oui", "vrai", "si", "sí", "sì", "ano", "igen", "da", "do not call", "dnc",
})  # fmt: skip
_NO = frozenset({
    "no", "n", "false", "f", "0", "off", "unchecked", "ні", "н", "хибність", "нет", "ложь", "nie", "fałsz", "nein",
    "falsch", "non", "faux", "ne", "nem", "nu", "-", "–", "n/a", "none", "null", "unknown", "allowed", "call allowed",
    "can call", "subscribed", "not applicable", "невідомо",
})  # fmt: skip
# VICIdial: on the campaign's or the system's list, filtered by a list, or asked for it in the call.
_STATUSES = re.compile(r"dnc[lcwu]?|adnc|do[ _-]?not[ _-]?call(?:ed)?|donotcall|dnc\W.*|не дзвонити|nie dzwonić", re.I)
_OBJECTION = re.compile(
    r"opt(?:ed)?[ -]?out|unsubscribed|objec|withdr[ae]w|revok|do[ _-]?not|no consent|without consent|denied|refused|"
    r"відклик|відмов|заборон|wycofan|sprzeciw|widerruf|widersp",
    re.I,
)  # fmt: skip

_LAWFUL = re.compile(
    r"consent|legitimate|interest|contract|not applicable|opt(?:ed)?[ -]?in|granted|given|згод|законн|договір|zgod|"
    r"umow|einwillig|berechtigt|vertrag",
    re.I,
)  # fmt: skip


class Forbidden(NamedTuple):
    """A number that a file says must not be called; `basis` is what it says, `proof` where it stands."""

    phone: str
    basis: str
    proof: str


def forbids(raw: Mapping[str, str]) -> tuple[str, str] | None:
    """(field, what it says) of the first cell that forbids a call to this row's numbers; None if none does."""
    for field, cell in raw.items():
        if field.startswith(FIELDS) and _says_no(field, cell):
            return field, cell[:100]
    return None


def _says_no(field: str, cell: str) -> bool:
    text = cell.strip().lower()
    if field == "call_status":
        return _STATUSES.fullmatch(text) is not None
    if text in _YES or text in _NO:
        return text in _YES
    # A date of the objection, or words that we do not know: whoever wrote something there did not mean "call". Unless
    # it is what the law asks for before one may.
    return _OBJECTION.search(text) is not None or _LAWFUL.search(text) is None
