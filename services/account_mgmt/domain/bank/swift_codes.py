"""What stands behind codes between slashes in field 86 of an MT940: `/ORDP//NAME/Wind BV/REMI/Invoice 5/EREF/77`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.account_mgmt.domain.bank.transfers import iban, is_iban, reference, tidy

_PARTIES: Final = ("ORDP", "BENM", "ULTD", "ULTC", "ULTB")
_CODES: Final = (
    *_PARTIES, "CNTP", "NAME", "IBAN", "BIC", "ADDR", "ID", "REMI", "EREF", "PREF", "KREF", "IREF", "MARF", "CSID",
    "TRTP", "PURP", "SVCL", "RTRN", "CDTRREFTP", "CDTRREF", "CD", "ISSR", "SCOR", "USTD", "STRD", "OCMT", "CHGS",
    "EXCH", "ACCW", "NRTX", "BUSP", "CRNM", "RCMT", "TRCD", "ISDT", "SUBID", "INIT", "MOTIF", "TYPE", "DE", "REF",
)  # fmt: skip
_CODE = re.compile(rf"/({'|'.join(_CODES)})(?=/)")
_SAID: Final = ("REMI", "USTD", "STRD", "CDTRREF", "MOTIF", "PURP", "EREF", "KREF", "PREF", "REF")
"""What a payer wrote, and numbers that tell one payment from another."""


@dataclass(frozen=True)
class Coded:
    """Who pays, from which account, and what for."""

    name: str
    account: str
    purpose: str


def coded(text: str) -> Coded | None:
    """The parts of a text with codes; none where there are not two of them, which may be any text with slashes."""
    codes = list(_CODE.finditer(text))
    if len(codes) < 2:
        return None
    ends = [one.start() for one in codes[1:]] + [len(text)]
    of: dict[str, dict[str, str]] = defaultdict(dict)
    party = ""
    for code, end in zip(codes, ends, strict=True):
        value = tidy(text[code.end() : end]).strip("/ ")
        if code[1] in _PARTIES:
            party = code[1]
        elif code[1] not in ("NAME", "IBAN", "BIC", "ADDR", "ID"):
            party = ""
        of[party].setdefault("" if code[1] == party else code[1], value)
    said = [of[""].get(code, "") for code in _SAID]
    before = tidy(text[: codes[0].start()])
    words = [one for one in (*said, "" if before.isdigit() else before) if reference(one)]
    return Coded(*_who(of), " ".join(dict.fromkeys(words)))


def _who(of: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    own = of.get("", {})
    named: Sequence[str] = (own.get("CNTP", "") + "///").split("/")
    payer = of.get("ORDP", {})
    name = payer.get("NAME") or payer.get("") or named[2] or own.get("NAME", "") or own.get("DE", "")
    account = payer.get("IBAN") or named[0] or own.get("IBAN", "")
    # A number of the payer's may stand before the name.
    words = next((part for part in name.split("/") if any(map(str.isalpha, part))), "")
    return tidy(words), iban(account) if is_iban(iban(account)) else ""
