"""ISO 20022 camt.053, versions .02 to .08: the bank's statement of an account as XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

from lxml import etree

from services.account_mgmt.domain.bank.transfers import (
    MAX_AMOUNT,
    MAX_ROWS,
    BadRow,
    Parsed,
    Transfer,
    day,
    iban,
    reference,
    tidy,
)
from services.chassis.imports.cells import FileRefusedError

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.0([2-8])")
_DECIMAL = re.compile(r"\+?\d{1,20}(?:\.\d{0,20})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_STATEMENT = ("Document", "BkToCstmrStmt", "Stmt")
_ACCOUNT = (*_STATEMENT, "Acct")
_ENTRY = (*_STATEMENT, "Ntry")
Element = Any


def parse(file: IO[bytes]) -> Parsed:
    """The entries of every statement in the file. Raises FileRefusedError for anything but a camt.053.

    Entries are forgotten as they are read and counted: a long file takes no more memory than a short one.
    """
    found, account = Parsed("camt053"), ""
    for path, element in _elements(file):
        if path == _ACCOUNT:
            account = iban(_text(element, "Id/IBAN", "Id/Othr/Id"))
        elif path == _ENTRY:
            if not account:
                raise FileRefusedError(f"The statement of line {element.sourceline} does not name its account first")
            _entry(element, account, found)
            if found.rows > MAX_ROWS:
                raise FileRefusedError(f"More than {MAX_ROWS} transfers; send the statement in parts")
        elif path == _STATEMENT:
            if not account:
                raise FileRefusedError(f"The statement in line {element.sourceline} does not name its account")
            account = ""
    return found


def _elements(file: IO[bytes]) -> Iterator[tuple[tuple[str, ...], Element]]:
    """Statements and what is directly in them, each with its path when it is complete, forgotten afterwards."""
    path: list[str] = []
    try:
        # No entity is ever looked up: a statement has no use for a DTD, and a DTD could read this machine's files.
        events = etree.iterparse(
            file, ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
        )
        for event, element in events:
            if event == "start":
                if not path:
                    _check_root(element)
                # One spelling of every path, whatever the version.
                element.tag = etree.QName(element).localname
                path.append(element.tag)
                continue
            if len(path) in (len(_STATEMENT), len(_ENTRY)):
                yield tuple(path), element
                _forget(element)
            path.pop()
    except etree.XMLSyntaxError as error:
        raise FileRefusedError(f"The XML is broken: {error.msg}") from None


def _check_root(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise FileRefusedError("The XML has a document type declaration, which no statement needs")
    name = etree.QName(root)
    if name.localname != "Document" or not _NAMESPACE.fullmatch(name.namespace or ""):
        raise FileRefusedError("This is not a camt.053 of the versions 02 to 08")


def _forget(element: Element) -> None:
    element.clear()
    while element.getprevious() is not None:
        element.getparent().remove(element.getprevious())


def _entry(entry: Element, account: str, found: Parsed) -> None:
    """One booking of the bank: a transfer, or several that it booked together."""
    try:
        status = _text(entry, "Sts/Cd", "Sts")
        if status != "BOOK":
            raise ValueError(f"not booked yet ({status or 'no status'}); it will come again when it is")
        reversal = _text(entry, "RvslInd").lower() in ("true", "1")
        if _direction(entry) == "DBIT" and not reversal:
            found.outgoing += 1
            return
        found.transfers += list(_transfers(entry, account, reversal))
    except ValueError as error:
        found.bad.append(BadRow(entry.sourceline or 0, str(error)))


def _direction(entry: Element) -> str:
    indicator = _text(entry, "CdtDbtInd")
    if indicator not in ("CRDT", "DBIT"):
        raise ValueError(f"'{indicator[:20]}' is neither CRDT nor DBIT")
    return indicator


def _transfers(entry: Element, account: str, reversal: bool) -> Iterator[Transfer]:
    total, currency = _amount(entry.find("Amt"))
    booked_on = day(_text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"))
    details = entry.findall("NtryDtls/TxDtls")
    amounts = [_detail_amount(detail) for detail in details]
    if len(details) > 1:
        if any(amount is None for amount in amounts):
            raise ValueError(f"{len(details)} transfers are booked together and not every one says its amount")
        if sum(amount[0] for amount in amounts if amount) != total or {a[1] for a in amounts if a} != {currency}:
            raise ValueError("the transfers that are booked together do not add up to the entry")
    whole = reference(_text(entry, "AcctSvcrRef"))
    for number, detail in enumerate(details or [entry], start=1):
        own = reference(_text(detail, "Refs/AcctSvcrRef"))
        # Several transfers of an entry share its reference; their place in it tells them apart.
        shared = f"{whole}/{number}" if whole and len(details) > 1 else whole
        # Only the amounts of several are taken: that of a single one may be in the payer's currency.
        amount = amounts[number - 1] if len(details) > 1 else None
        yield Transfer(
            line=detail.sourceline or 0,
            account=account,
            booked_on=booked_on,
            amount=amount[0] if amount else total,
            currency=currency,
            reference=shared if own == whole else own or shared,
            reversal=reversal,
            **_payer(detail),
        )


def _payer(detail: Element) -> dict[str, Any]:
    name = _text(detail, "RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm")
    account = _text(detail, "RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id")
    party = ("RltdPties/Dbtr/", "RltdPties/Dbtr/Pty/")
    tax_id = _text(detail, *(f"{p}Id/{kind}/Othr/Id" for p in party for kind in ("OrgId", "PrvtId")))
    paths = ("RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/CdtrRefInf/Ref", "Refs/EndToEndId")
    texts = [tidy(element.text) for path in paths for element in detail.iterfind(path)]
    purpose = [*texts, _text(detail, "AddtlTxInf", "AddtlNtryInf")]
    return {
        "payer_name": name[:300],
        "payer_iban": iban(account),
        "payer_tax_id": tax_id[:40],
        "purpose": " ".join(text for text in purpose if reference(text))[:2000],
    }


def _detail_amount(detail: Element) -> tuple[Decimal, str] | None:
    element = detail.find("Amt")
    if element is None:
        element = detail.find("AmtDtls/TxAmt/Amt")
    return None if element is None else _amount(element)


def _amount(element: Element | None) -> tuple[Decimal, str]:
    """An amount with its currency; the decimal sign of XML is always a point."""
    text = "" if element is None else tidy(element.text)
    amount = Decimal(text) if _DECIMAL.fullmatch(text) else Decimal(0)
    if not 0 < amount <= MAX_AMOUNT or amount != round(amount, 2):
        raise ValueError(f"'{text[:40]}' is not an amount above zero with two decimals")
    currency = "" if element is None else element.get("Ccy", "")
    if not _CURRENCY.fullmatch(currency):
        raise ValueError("the amount has no currency (Ccy)")
    return round(amount, 2), currency


def _text(element: Element, *paths: str) -> str:
    """The text at the first of these paths that has any."""
    for path in paths:
        found = tidy(element.findtext(path))
        if found:
            return found
    return ""
