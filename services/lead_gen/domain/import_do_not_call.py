"""What a row says about being called: flags, dialler statuses and legal bases that forbid it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

FIELDS = ("do_not_call", "may_call", "consent", "call_status")
"""Fields that may forbid a call; further columns of one have a number behind the name: `do_not_call_2`."""
_YES = frozenset({
    "yes", "y", "true", "t", "1", "x", "✓", "✔", "✗", "on", "checked", "так", "т", "істина", "да", "истина", "tak",
    "prawda", "ja", "wahr", "j", "oui", "vrai", "si", "sí", "sì", "ano", "igen", "da", "do not call", "dnc",
})  # fmt: skip
_REFUSED = frozenset({
    "no", "n", "false", "f", "0", "off", "unchecked", "ні", "н", "хибність", "нет", "ложь", "nie", "fałsz", "nein",
    "falsch", "non", "faux", "ne", "nem", "nu", "not allowed", "not permitted", "do not allow", "forbidden", "✗",
})  # fmt: skip
_NOTHING_SAID = frozenset({
    "-", "–", "—", "--", "n/a", "na", "n.a.", "none", "null", "unknown", "not applicable", "not set", "невідомо", "нд",
    "н/д", "не вказано", "немає", "нема", "неизвестно", "nie dotyczy", "brak", "nieznane", "unbekannt", "keine",
    "keine angabe",
})  # fmt: skip
_NO = (_REFUSED - {"not allowed", "not permitted", "do not allow", "forbidden", "✗"}) | _NOTHING_SAID | frozenset({
    "allow", "allowed", "call allowed", "can call", "ok", "ok to call", "subscribed", "clean", "clear", "not listed",
    "not on list", "not on the list", "not registered", "no restriction", "no restrictions", "opted in", "opt in",
    "opt-in", "active", "дозволено", "можна", "разрешено", "можно", "dozwolone", "erlaubt",
})  # fmt: skip
_CALL = (
    r"(?:call|contact|phone|disturb|prospect|solicit|телефонувати|дзвонити|турбувати|звонить|беспокоить"
    r"|dzwonić|dzwonic|telefonować|kontaktować|anrufen|kontaktieren)"
)
# Said of a time or a way to call, it forbids none: "do not call before ten".
_NOT_EVER = (
    r"(?!\w|\s+(?:before|after|until|till|on|at|from|during|back|up|до|після|после|перед|раніше|о|przed|po|vor|nach)\b)"
)
_OBJECTION = re.compile(
    r"opt(?:ed)?[ -]?out|unsubscribed|objec|withdr[ae]w|revok|do[ _-]?not|no consent|without consent|denied|declined|"
    r"refused|відклик|відмов|заборон|отозван|wycofan|sprzeciw|odmow|widerruf|widersp|verweigert",
    re.I,
)  # fmt: skip
# VICIdial: on the campaign's or the system's list, filtered by a list, or asked for in the call. Others write it out.
_SAYS_IT = re.compile(
    r"\ba?dnc[lcwu]?\b(?!\s*[:=-]?\s*(?:no|false|0|clean|clear)\b)"
    rf"|\bdo[ _-]?(?:not|n['’]?t)[ _-]?{_CALL}(?:ed)?{_NOT_EVER}"
    rf"|\b(?:не|nie|nicht)[ _]+{_CALL}{_NOT_EVER}|\bkeine (?:anrufe|werbung)\b|\b(?:black|block)[ -]?list(?:ed)?\b"
    r"|\b(?:opted[ -]?out|opt[ -]out|unsubscribed)\b|\bstop[ -]?call|\bчорний список|\bчерный список|\bчёрный список"
    r"|\bczarna lista|\bзаборон\w* дзвін|\bno (?:more )?calls\b",
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


def says_not_to_call(text: str) -> bool:
    """Whether words about a lead, such as a label or what stands beside its number, ask for no calls at all."""
    return _SAYS_IT.search(text) is not None


def _says_no(field: str, cell: str) -> bool:
    text = cell.strip().lower().removesuffix(".0")
    if field.startswith("call_status"):
        return says_not_to_call(text)
    if field.startswith("consent"):
        # Often nobody was asked yet, and then it says "no": only an objection counts.
        return _OBJECTION.search(text) is not None
    if field.startswith("may_call"):
        return text in _REFUSED or _OBJECTION.search(text) is not None
    if text in _YES or text in _NO:
        return text in _YES
    # A date of the objection, or words that we do not know: whoever wrote something there did not mean "call". Unless
    # it is what the law asks for before one may.
    return _OBJECTION.search(text) is not None or _LAWFUL.search(text) is None
