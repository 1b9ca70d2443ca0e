"""One entry of a camt file: the transfers that the bank booked with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.account_mgmt.domain.bank.camt_xml import Element, amount_of, is_nothing, is_true, text_at
from services.account_mgmt.domain.bank.csv_states import state_of
from services.account_mgmt.domain.bank.transfers import Transfer, day, iban, reference, tidy
from services.chassis.sentences import said

# Bank transaction codes (ISO 20022 external code set, sub-families) of money that comes back or is taken back: an
# unpaid or reversed direct debit, a returned or reimbursed credit transfer, a payment called back.
_RETURNS: Final = frozenset({"UPDD", "PRDD", "RRTN", "RRCT", "RPCR", "ARET", "RCDD"})
# The same in the codes of German banks (GVC), alone or as `NRTI+109+00931`.
_GERMAN_RETURNS = re.compile(r"NRTI\b.*|(?:.*\+)?(?:108|109|159|181|184)(?:\+.*)?")
_TEXTS: Final = (
    "RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/AddtlRmtInf",
    "Refs/EndToEndId",
)  # fmt: skip
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
Money = tuple[Decimal, str]


@dataclass(frozen=True)
class Part:
    """One transfer of an entry: where it stands, and its amount, above zero. `way` is CRDT or DBIT."""

    element: Element
    amount: Decimal
    currency: str
    way: str
    came_back: bool


class NotBookedError(ValueError):
    """The bank has only announced the entry: it comes again when it is booked."""


def read_entry(entry: Element, account: str) -> Iterator[Transfer]:
    """The transfers of an entry, none for money that went out. Raises ValueError, NotBookedError."""
    check_booked(entry)
    details = entry.findall("NtryDtls/TxDtls")
    if direction(entry) == "DBIT" and not any(_is_of_interest(one, entry) for one in [entry, *details]):
        return
    booked_on = day(text_at(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"))
    whole = reference(text_at(entry, "AcctSvcrRef"))
    for number, part in enumerate(_parts(entry, details), start=1):
        if part.way == "DBIT" and not part.came_back:
            continue
        detail = part.element
        own = reference(text_at(detail, "Refs/AcctSvcrRef"))
        # Several transfers of an entry share its reference; their place in it tells them apart.
        shared = f"{whole}/{number}" if whole and len(details) > 1 else whole
        yield Transfer(
            line=detail.sourceline or 0,
            account=account,
            booked_on=booked_on,
            amount=part.amount,
            currency=part.currency,
            reference=shared if own == whole else own or shared,
            reversal=part.came_back,
            taken=part.way == "DBIT",
            **_payer(detail, entry if len(details) == 1 and detail is not entry else None, account),
        )


def batch_gap(entry: Element) -> str | None:
    """What an entry of several transfers lacks by the count that the bank gives for them; none without details."""
    counted = sum(
        int(text) for one in entry.iterfind("NtryDtls/Btch/NbOfTxs") if _COUNT.fullmatch(text := tidy(one.text))
    )
    there = len(entry.findall("NtryDtls/TxDtls"))
    if not counted or not there or counted <= there:
        return None
    total, currency = amount_of(entry.find("Amt"))
    return said(
        f"the bank booked {counted} transfers together as {total} {currency}, and {there} of them are in the file"
    )


def check_booked(entry: Element) -> None:
    """Raises NotBookedError for an entry that is only announced."""
    status = text_at(entry, "Sts/Cd", "Sts/Prtry", "Sts")
    own_word = text_at(entry, "Sts/Prtry")
    if status != "BOOK" and not (status == own_word and state_of(own_word or "none") == "booked"):
        raise NotBookedError(f"not booked yet ({status or 'no status'}); it will come again when it is")


def direction(entry: Element) -> str:
    """CRDT or DBIT. Raises ValueError."""
    indicator = text_at(entry, "CdtDbtInd")
    if indicator not in ("CRDT", "DBIT"):
        raise ValueError(f"'{indicator[:20]}' is neither CRDT nor DBIT")
    return indicator


def _is_of_interest(one: Element, entry: Element) -> bool:
    """Whether an entry that went out, or a detail of it, tells of money that comes back or came."""
    return _came_back(one) or (one is not entry and _own_way(one) == "CRDT")


def _came_back(one: Element) -> bool:
    """Whether this money was on its way once before: a booking undone, a direct debit or a transfer that came back."""
    code = text_at(one, "BkTxCd/Domn/Fmly/SubFmlyCd")
    german = _GERMAN_RETURNS.fullmatch(text_at(one, "BkTxCd/Prtry/Cd"))
    told = is_true(text_at(one, "RvslInd")) or one.find("RtrInf") is not None
    return told or code in _RETURNS or german is not None


def _own_way(detail: Element) -> str:
    return text_at(detail, "CdtDbtInd")


def _parts(entry: Element, details: list[Element]) -> list[Part]:
    """The transfers of an entry. Raises ValueError where the details do not make it up.

    The amount of a single detail is not looked at: it may be in the payer's currency, or before charges.
    """
    total, currency = amount_of(entry.find("Amt"))
    way = direction(entry)
    whole_came_back = _came_back(entry)
    if len(details) < 2:
        # One of several that the bank booked together says nothing of the others' payers.
        is_whole = details and text_at(entry, "NtryDtls/Btch/NbOfTxs") in ("", "1")
        came_back = whole_came_back or any(map(_came_back, details))
        return [Part(details[0] if is_whole else entry, total, currency, way, came_back)]
    # A detail of nothing is a note of the bank's: a card that was only checked, a fee that was waived.
    named = [(one, _detail_amount(one, currency)) for one in details if not is_nothing(one.find("Amt"))]
    parts = [(one, money[0]) for one, money in named if money is not None]
    if not parts or len(parts) < len(named):
        raise ValueError(f"{len(details)} transfers are booked together and not every one says its amount")
    if {money[1] for _, money in named if money is not None} != {currency}:
        raise ValueError(f"the transfers that are booked together are not all in {currency}, as the entry is")
    ways = _ways(entry, parts, (total, way))
    return [
        Part(one, amount, currency, its, whole_came_back or _came_back(one))
        for (one, amount), its in zip(parts, ways, strict=True)
    ]


def _ways(entry: Element, parts: list[tuple[Element, Decimal]], whole: tuple[Decimal, str]) -> list[str]:
    """Whether each part came or went, so that together they make the entry. Raises ValueError where they cannot.

    Charges that the bank kept for itself are no part of what the payers sent.
    """
    total, way = whole
    together = sum(amount for _, amount in parts)
    own = [_own_way(one) or way for one, _ in parts]
    signed = sum(amount if its == way else -amount for (_, amount), its in zip(parts, own, strict=True))
    if together == total or (way == "CRDT" and together - total in _charges(entry, parts)):
        return [way] * len(parts)
    if signed == total:
        return own
    raise ValueError(
        f"the transfers that are booked together do not add up to the entry: {together} instead of {total}"
    )


def _charges(entry: Element, parts: list[tuple[Element, Decimal]]) -> set[Decimal]:
    """What the bank says it kept of an entry, as a whole and as the sum of its parts; none of zero."""
    found = [_charge(entry), sum((_charge(one) for one, _ in parts), Decimal(0))]
    return set(found) - {Decimal(0)}


def _charge(one: Element) -> Decimal:
    total = one.find("Chrgs/TtlChrgsAndTaxAmt")
    named = [total] if total is not None else [*one.findall("Chrgs/Rcrd/Amt"), *one.findall("Chrgs/Amt")]
    return sum((amount_of(amount)[0] for amount in named if not is_nothing(amount)), Decimal(0))


def _detail_amount(detail: Element, currency: str) -> Money | None:
    """What a detail adds to its entry: of the amounts it names, the first in the entry's currency."""
    paths = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt")
    named = [one for path in paths if (one := detail.find(path)) is not None]
    same = [one for one in named if one.get("Ccy") == currency]
    return amount_of((same or named)[0]) if named else None


def _payer(detail: Element, entry: Element | None, account: str) -> dict[str, Any]:
    """Who paid, and what for. With `entry`, the detail is its only one, and what it says is of this transfer too."""
    accounts = {side: iban(text_at(detail, *_account_paths(side))) for side in ("Dbtr", "Cdtr")}
    # Money that goes back names the company itself as the one who pays.
    side = "Cdtr" if accounts["Dbtr"] == account and accounts["Cdtr"] else "Dbtr"
    parties = (f"RltdPties/{side}", f"RltdPties/Ultmt{side}", "RltdPties/InitgPty")
    name = text_at(detail, *(f"{one}/{nm}" for one in parties for nm in ("Nm", "Pty/Nm", "Agt/FinInstnId/Nm")))
    party = (f"RltdPties/{side}/", f"RltdPties/{side}/Pty/")
    tax_id = text_at(detail, *(f"{p}Id/{kind}/Othr/Id" for p in party for kind in ("OrgId", "PrvtId")))
    texts = [tidy(element.text) for path in _TEXTS for element in detail.iterfind(path)]
    texts += [text_at(one, "AddtlTxInf", "AddtlNtryInf") for one in (detail, entry) if one is not None]
    return {
        "payer_name": name[:300],
        "payer_iban": accounts[side],
        "payer_tax_id": tax_id[:40],
        "purpose": " ".join(dict.fromkeys(text for text in texts if reference(text)))[:2000],
    }


def _account_paths(side: str) -> tuple[str, str]:
    return f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"
