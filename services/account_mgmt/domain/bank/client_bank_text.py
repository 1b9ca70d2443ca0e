"""1CClientBankExchange as text: its encoding, its sections, and what its keys are called in Russian and Ukrainian."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from services.account_mgmt.domain.bank import csv_text

_MARK: Final = b"clientbankexchange"
_BEGINS: Final = re.compile(r"секц(?:ия|ія)(документ|\w*сч[её]т|\w*рахунок)(?:=|$)")
_ENDS: Final = re.compile(r"(?:конец|кінець)(документ|\w*сч[её]т|\w*рахун)\w*$")
# What Cyrillic text of DOS has in the wrong one of its two pages.
_ODD: Final = re.compile("[Ўў°∙√№¤■\ufffd]")
_KEYS: Final[Mapping[str, str]] = {
    spelling: name
    for name, spellings in {
        "account": "расчсчет расчсчёт расчетныйсчет розрахунковийрахунок розррахунок рахунок iban",
        "opening": "начальныйостаток початковийзалишок",
        "came_total": "всегопоступило всьогонадійшло",
        "went_total": "всегосписано всьогосписано",
        "closing": "конечныйостаток кінцевийзалишок",
        "until": "датаконца датакінця",
        "number": "номер номердокумента",
        "date": "дата датадокумента",
        "came": "датапоступило датапоступления датанадійшло датанадходження",
        "went": "датасписано датасписания датасписання",
        "amount": "сумма сума",
        "currency": "кодвалюты кодвалюти валюта",
        "way": "видоперации видоперації",
        "payer": "плательщик платник",
        "payer_only": "плательщик1 платник1 плательщикнаименование платникнайменування платникназва",
        "payer_account": "плательщиксчет плательщиксчёт платникрахунок плательщикiban платникiban",
        "payer_other": "плательщикрасчсчет плательщикрасчсчёт платникрозррахунок",
        "payer_id": "плательщикокпо плательщикедрпоу плательщикєдрпоу платникєдрпоу платникокпо платниккод",
        "payer_inn": "плательщикинн платникінн платникіпн платникрнокпп",
        "payee_account": "получательсчет получательсчёт отримувачрахунок получательiban отримувачiban",
        "payee_other": "получательрасчсчет получательрасчсчёт отримувачрозррахунок",
        "purpose": "назначениеплатежа призначенняплатежу",
    }.items()
    for spelling in spellings.split()
}
_PART_OF_PURPOSE: Final = re.compile(r"(?:назначениеплатежа|призначенняплатежу)[1-9]")


@dataclass
class Section:
    """A document, or an account with its balances: its first line, and what it says by key. `is_whole`: it ends."""

    kind: Literal["document", "account", "file"]
    line: int
    values: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")


def is_client_bank(head: bytes) -> bool:
    """Whether the file begins like one, in whatever encoding."""
    return _MARK in head[:200].replace(b"\0", b"").lower()


def decode(content: bytes, encoding: str = "") -> str:
    """The file's text: in this encoding, in Unicode, or in the Cyrillic of Windows or DOS in which its keys are words.

    What it says of its own encoding is not believed: banks write `Windows` into all of them. Raises FileRefusedError.
    """
    if encoding or b"\0" in content[:400] or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return csv_text.decode(content, encoding)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        read = [content.decode(page, "replace") for page in ("cp1251", "cp866", "cp1125")]
        return max(read, key=lambda text: (_known(text), -len(_ODD.findall(text[:200_000]))))


def _known(text: str) -> int:
    return sum(line.partition("=")[0].strip().lower() in _KEYS for line in text[:20_000].splitlines())


def sections(text: str) -> Iterator[Section]:
    """What the file says, section by section, and last what stands outside of all. One that another begins within has
    no end."""
    outside = Section("file", 1, is_whole=True)
    here, last = outside, ""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip().replace("\0", "")
        key, is_pair, value = line.partition("=")
        name = "".join(key.split()).lower()
        if begins := _BEGINS.match(f"{name}=" if is_pair else name):
            if here is not outside:
                yield here
            here, last = Section("document" if begins[1] == "документ" else "account", number), ""
        elif not is_pair and _ENDS.match(name):
            here.is_whole = True
            if here is not outside:
                yield here
            here, last = outside, ""
        else:
            last = _take(here, last, key.strip(), value.strip(), line)
    if here is not outside:
        yield here
    yield outside


def _take(here: Section, last: str, key: str, value: str, line: str) -> str:
    """Write what a line says; which key may go on in the next line."""
    low = key.lower()
    name = _KEYS.get(low, "")
    if _PART_OF_PURPOSE.fullmatch(low):
        here.values["parts"] = f"{here['parts']} {value}".strip()
        return "parts"
    if name:
        # The first holds: a file for several accounts names each.
        joined = " ".join(filter(None, (here["accounts"], value))) if name == "account" else ""
        if joined:
            here.values["accounts"] = joined
        here.values.setdefault(name, value)
        return name
    # Banks break the purpose into lines; a key is one word.
    if last in ("purpose", "parts") and line and (value == "" or " " in key):
        here.values[last] = f"{here[last]} {line}".strip()
        return last
    return "" if value or not line else last
