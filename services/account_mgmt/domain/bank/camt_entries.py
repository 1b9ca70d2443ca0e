"""One entry of a camt file: the transfers that the bank booked with it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from services.account_mgmt.domain.bank.camt_xml import Element, amount_of, is_nothing, is_true, text_at
from services.account_mgmt.domain.bank.transfers import Transfer, day, iban, reference, tidy

# Bank transaction codes (ISO 20022 external code set, sub-families) of money that comes back or is taken back: an
# unpaid or reversed direct debit, a returned or reimbursed credit transfer, a payment called back.
_RETURNS: Final = frozenset({"UPDD", "PRDD", "RRTN", "RRCT", "RPCR", "ARET", "RCDD"})
Money = tuple[Decimal, str]


class NotBookedError(ValueError):
    """The bank has only announced the entry: it comes again when it is booked."""


def read_entry(entry: Element, account: str) -> Iterator[Transfer]:
    """The transfers of an entry, none for money that went out. Raises ValueError, NotBookedError."""
    check_booked(entry)
    details = entry.findall("NtryDtls/TxDtls")
    came_back = is_true(text_at(entry, "RvslInd")) or _is_return(entry, details)
    if direction(entry) == "DBIT" and not came_back:
        return
    money = amount_of(entry.find("Amt"))
    booked_on = day(text_at(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"))
    whole = reference(text_at(entry, "AcctSvcrRef"))
    for number, (detail, (amount, currency)) in enumerate(_parts(entry, details, money), start=1):
        own = reference(text_at(detail, "Refs/AcctSvcrRef"))
        # Several transfers of an entry share its reference; their place in it tells them apart.
        shared = f"{whole}/{number}" if whole and len(details) > 1 else whole
        yield Transfer(
            line=detail.sourceline or 0,
            account=account,
            booked_on=booked_on,
            amount=amount,
            currency=currency,
            reference=shared if own == whole else own or shared,
            reversal=came_back,
            taken=direction(entry) == "DBIT",
            **_payer(detail, entry if len(details) == 1 and detail is not entry else None),
        )


def check_booked(entry: Element) -> None:
    """Raises NotBookedError for an entry that is only announced."""
    status = text_at(entry, "Sts/Cd", "Sts")
    if status != "BOOK":
        raise NotBookedError(f"not booked yet ({status or 'no status'}); it will come again when it is")


def direction(entry: Element) -> str:
    """CRDT or DBIT. Raises ValueError."""
    indicator = text_at(entry, "CdtDbtInd")
    if indicator not in ("CRDT", "DBIT"):
        raise ValueError(f"'{indicator[:20]}' is neither CRDT nor DBIT")
    return indicator


def _is_return(entry: Element, details: list[Element]) -> bool:
    """Whether all of this money was on its way once before: a direct debit or a transfer that came back."""
    code = "BkTxCd/Domn/Fmly/SubFmlyCd"
    if text_at(entry, code) in _RETURNS:
        return True
    returned = [one.find("RtrInf") is not None or text_at(one, code) in _RETURNS for one in details]
    return bool(returned) and all(returned)


def _parts(entry: Element, details: list[Element], money: Money) -> list[tuple[Element, Money]]:
    """The details of an entry with their amounts. Raises ValueError where they do not make up the entry.

    The amount of a single detail is not looked at: it may be in the payer's currency, or before charges.
    """
    if len(details) < 2:
        # One of several that the bank booked together says nothing of the others' payers.
        is_whole = details and text_at(entry, "NtryDtls/Btch/NbOfTxs") in ("", "1")
        return [(details[0] if is_whole else entry, money)]
    # A detail of nothing is a note of the bank's: a card that was only checked, a fee that was waived.
    amounts = [(one, _detail_amount(one, money[1])) for one in details if not is_nothing(one.find("Amt"))]
    if not amounts or any(amount is None for _, amount in amounts):
        raise ValueError(f"{len(details)} transfers are booked together and not every one says its amount")
    parts = [(one, amount) for one, amount in amounts if amount is not None]
    if {currency for _, (_, currency) in parts} != {money[1]}:
        raise ValueError(f"the transfers that are booked together are not all in {money[1]}, as the entry is")
    together = sum(amount for _, (amount, _) in parts)
    if together != money[0]:
        raise ValueError(
            f"the transfers that are booked together do not add up to the entry: {together} instead of {money[0]}"
        )
    return parts


def _detail_amount(detail: Element, currency: str) -> Money | None:
    """What a detail adds to its entry: of the amounts it names, the first in the entry's currency."""
    paths = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt")
    named = [one for path in paths if (one := detail.find(path)) is not None]
    same = [one for one in named if one.get("Ccy") == currency]
    return amount_of((same or named)[0]) if named else None


def _payer(detail: Element, entry: Element | None) -> dict[str, Any]:
    """Who paid, and what for. With `entry`, the detail is its only one, and what it says is of this transfer too."""
    name = text_at(detail, "RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm")
    account = text_at(detail, "RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id")
    party = ("RltdPties/Dbtr/", "RltdPties/Dbtr/Pty/")
    tax_id = text_at(detail, *(f"{p}Id/{kind}/Othr/Id" for p in party for kind in ("OrgId", "PrvtId")))
    paths = ("RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/CdtrRefInf/Ref", "Refs/EndToEndId")
    texts = [tidy(element.text) for path in paths for element in detail.iterfind(path)]
    texts += [text_at(one, "AddtlTxInf", "AddtlNtryInf") for one in (detail, entry) if one is not None]
    return {
        "payer_name": name[:300],
        "payer_iban": iban(account),
        "payer_tax_id": tax_id[:40],
        "purpose": " ".join(dict.fromkeys(text for text in texts if reference(text)))[:2000],
    }
