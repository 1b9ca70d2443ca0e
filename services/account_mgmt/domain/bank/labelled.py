"""What banks write into one cell with a word before each part: `Nazwa nadawcy: WIND`, `SVWZ+LR-2026-000005 EREF+42`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.account_mgmt.domain.bank.transfers import Transfer, iban, is_iban, reference, tidy
from services.account_mgmt.domain.iban import is_right

_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "name": (
        "nazwa nadawcy", "nazwa i adres nadawcy", "nadawca", "zleceniodawca", "платник", "назва платника",
        "найменування платника", "відправник", "плательщик", "наименование плательщика", "auftraggeber", "absender",
        "zahlungspflichtiger", "zahler", "einzahler", "payer", "payer name", "sender", "ordering party",
        "ordering customer", "ordinante", "ordenante", "remitente", "donneur d'ordre", "émetteur", "naam",
        "opdrachtgever", "plátce", "název protiúčtu", "odesílatel", "platiteľ", "avsändare", "betaler", "maksaja",
        "feladó", "plătitor", "name", "orig co name", "auftraggeber/in", "begünstigter/auftraggeber",
    ),
    "account": (
        "rachunek nadawcy", "nr rachunku nadawcy", "numer rachunku nadawcy", "konto nadawcy", "рахунок платника",
        "рахунок відправника", "iban платника", "счет плательщика", "iban", "iban auftraggeber", "payer account",
        "payer iban", "sender account", "compte donneur d'ordre", "cuenta ordenante", "рахунок", "konto", "rekening",
    ),
    "tax": (
        "nip nadawcy", "єдрпоу платника", "код платника", "код єдрпоу платника", "рнокпп платника", "инн плательщика",
        "payer tax id",
    ),
    "purpose": (
        "tytuł", "tytułem", "tytuł przelewu", "tytuł operacji", "призначення", "призначення платежу",
        "назначение платежа", "verwendungszweck", "buchungstext", "zahlungsreferenz", "zahlungszweck", "mitteilung",
        "mitteilungen", "zahlungsgrund",
        "reason for payment", "payment details", "remittance information", "omschrijving", "mededeling",
        "communication", "description", "motif", "causale", "concepto",
        "zpráva pro příjemce", "správa pre príjemcu", "közlemény",
    ),
    "reference": ("numer referencyjny", "bank reference", "bankreferenz", "референс банку", "transaction id"),
    "more": ("kenmerk", "end-to-end", "kundenreferenz"),
    "left out": ("bic", "bic auftraggeber", "swift", "мфо платника", "valutadatum"),
    "kept": (
        "adres nadawcy", "bank nadawcy", "банк платника",
        "lokalizacja", "rachunek odbiorcy", "nazwa odbiorcy", "adres odbiorcy", "odbiorca", "отримувач",
        "рахунок отримувача", "empfänger", "beneficiary", "data i czas operacji", "kwota",
    ),
}  # fmt: skip
_TAGS: Final = {
    "SVWZ": "purpose", "EREF": "more", "KREF": "more", "ABWA": "name", "IBAN": "account", "BIC": "left out",
    "MREF": "left out", "CRED": "left out", "DEBT": "left out", "PURP": "left out", "COAM": "left out",
    "OAMT": "left out", "ABWE": "kept", "REMI": "purpose", "NAME": "name", "TRTP": "bare", "MOTIF": "purpose",
    "DE": "name", "REF": "more",
}  # fmt: skip
_PARTS: Final = {word: part for part, words in _WORDS.items() for word in words}
_LONGEST_FIRST = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(_PARTS, key=len, reverse=True))
_LABEL = re.compile(
    rf"(?<!\w)(?P<word>{_LONGEST_FIRST})\s*:"
    r"|(?<![\w+])(?P<german>SVWZ|EREF|KREF|ABWA|IBAN|BIC|MREF|CRED|DEBT|PURP|COAM|OAMT|ABWE)\+"
    r"|(?:/(?=\w+/)|(?<!\w)/(?=\w+\s))(?P<slash>REMI|NAME|IBAN|BIC|EREF|TRTP|MOTIF|DE|REF)(?:/|\s)",
    re.IGNORECASE,
)
# A label that is none of these ends a name all the same.
_OTHER = re.compile(
    r"(?<!\S)(?:(?!(?:gmbh|ag|kg|llc|ltd|inc|sas?|srl|bv|nv|oy|as|ab|kft|ooo|тов|o)\s)[^\W\d]\w*\s)?"
    r"[^\W\d]\w*:(?!//)",
    re.IGNORECASE,
)
_LONG_ENOUGH: Final = 14
"""So many digits the number of an account has that is no IBAN; fewer may be an invoice's."""


@dataclass(frozen=True)
class Parts:
    """What a text says by its labels; `purpose` is what is left of it, the payer's own words first."""

    name: str = ""
    account: str = ""
    tax_id: str = ""
    reference: str = ""
    purpose: str = ""
    is_plain: bool = True


def told(one: Transfer, texts: Sequence[str], own: Sequence[str]) -> Transfer:
    """A transfer with what its `texts` say by labels where nothing else does; none of `own` is the payer's account.

    As it was before it stays in `unlabelled`.
    """
    parts = parts_of(texts)
    if parts.is_plain:
        return one
    return replace(
        one,
        payer_name=one.payer_name or parts.name[:300],
        payer_iban=one.payer_iban or ("" if parts.account in own else parts.account),
        payer_tax_id=one.payer_tax_id or parts.tax_id[:40],
        reference=one.reference or parts.reference,
        purpose=parts.purpose[:2000],
        unlabelled=one.unlabelled or (one.payer_iban, one.payer_name, one.payer_tax_id, one.purpose),
    )


def parts_of(texts: Sequence[str]) -> Parts:
    """The parts of some cells. What stands behind no label is kept as it is."""
    found: dict[str, list[str]] = {}
    for text in texts:
        labels = list(_LABEL.finditer(text))
        ends = [one.start() for one in labels[1:]] + [len(text)]
        found.setdefault("bare", []).append(tidy(text[: labels[0].start()] if labels else text))
        for label, end in zip(labels, ends, strict=False):
            part, value = _part(label), tidy(text[label.end() : end]).strip(" ,;|/")
            value, rest = _split(part, value)
            if part == "account" and not value:
                rest = f"{label[0]} {rest}"
            found.setdefault(part, []).append(f"{label[0]} {value}" if part == "kept" else value)
            found["bare"].append(rest)
    said = [*found.get("purpose", ()), *found.get("bare", ()), *found.get("more", ()), *found.get("kept", ())]

    def first(part: str) -> str:
        return next(filter(None, found.get(part, ())), "")

    return Parts(
        first("name"),
        first("account"),
        first("tax"),
        reference(first("reference")),
        " ".join(dict.fromkeys(one for one in said if reference(one))),
        is_plain=not found.keys() - {"bare", "kept", "left out"},
    )


def _part(label: re.Match[str]) -> str:
    if label["word"]:
        return _PARTS[" ".join(label["word"].lower().split())]
    return _TAGS[(label["german"] or label["slash"]).upper()]


def _split(part: str, text: str) -> tuple[str, str]:
    """What stands behind a label, and what is no part of it any more: nothing of it is lost."""
    if part == "account":
        return _account(text)
    if part in ("left out", "tax"):
        first, _, rest = text.partition(" ")
        return first, rest
    other = _OTHER.search(text) if part == "name" else None
    return (text[: other.start()].strip(" ,;"), text[other.start() :]) if other else (text, "")


def _account(text: str) -> tuple[str, str]:
    """The account that a text begins with, and the rest; empty for what is none, such as the number of an invoice."""
    words = text.split()
    for count in range(len(words), 0, -1):
        one = iban("".join(words[:count]).strip(",;"))
        # Letters and digits behind an account may look like more of it.
        if (is_iban(one) and is_right(one)) or (one.isdigit() and len(one) >= _LONG_ENOUGH):
            return one, " ".join(words[count:])
    return (iban(words[0]), " ".join(words[1:])) if words and is_iban(words[0]) else ("", text)
