"""ISO 20022 camt.052, .053 and .054: the bank's report, statement or notification of an account as XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

from lxml import etree

from services.account_mgmt.domain.bank.camt_entries import NotBookedError, batch_gap, read_entry
from services.account_mgmt.domain.bank.camt_statements import Pages, Statements, page_of
from services.account_mgmt.domain.bank.camt_totals import Totals
from services.account_mgmt.domain.bank.camt_xml import Element, text_at
from services.account_mgmt.domain.bank.transfers import MAX_ROWS, BadRow, Parsed, iban, tidy
from services.chassis.imports.cells import FileRefusedError
from services.chassis.sentences import said

_NOT_CAMT: Final = "This is not a camt.052, camt.053 or camt.054 of version 02 or later"
# Of an envelope (a business application header) around the document.
_DEEPEST = 8
# The second is how Swiss banks name theirs.
_NAMESPACE = re.compile(
    r"(?:urn:iso:std:iso:20022:tech:xsd:|http://www\.six-interbank-clearing\.com/de/)"
    r"camt\.05([234])\.001\.(0[2-9]|1\d)(?:\.[\w.]+)?"
)
_PAGES: Final = ("StmtPgntn", "RptPgntn", "NtfctnPgntn")
_STATEMENTS: Final = {
    "2": ("Document", "BkToCstmrAcctRpt", "Rpt"),
    "3": ("Document", "BkToCstmrStmt", "Stmt"),
    "4": ("Document", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def parse(file: IO[bytes]) -> Parsed:
    """The entries of every statement in the file. Raises FileRefusedError for anything else.

    Entries are forgotten as they are read and counted: a long file takes no more memory than a short one. Where the
    statement's own balances and counts say that something is missing, that stands in `gaps`.
    """
    found, statements = Parsed("camt053"), Statements()
    one = _Statement()
    for part, element in _elements(file, found):
        if part == "MsgPgntn":
            statements.page_of_all(element)
        elif part in _PAGES:
            one.page = page_of(element)
        elif part == "Id":
            one.totals.name = tidy(element.text)
        elif part == "Acct":
            one.account = iban(text_at(element, "Id/IBAN", "Id/Othr/Id"))
        elif part == "Bal":
            one.totals.balance(element)
        elif part == "TxsSummry":
            one.totals.summary(element)
        elif part == "Ntry":
            if not one.account:
                raise FileRefusedError(f"The statement of line {element.sourceline} does not name its account first")
            _entry(element, one.account, one.totals, found)
            if found.rows > MAX_ROWS:
                raise FileRefusedError(f"More than {MAX_ROWS} transfers; send the statement in parts")
        elif part == "":
            if not one.account:
                raise FileRefusedError(f"The statement in line {element.sourceline} does not name its account")
            _end(one, statements, found, element.sourceline or 0)
            one = _Statement(first=len(found.transfers))
    found.gaps += statements.gaps(in_chain=found.format == "camt053")
    return found


@dataclass
class _Statement:
    """What is known of the statement that is being read; its transfers begin at `first`."""

    account: str = ""
    page: Pages | None = None
    totals: Totals = field(default_factory=Totals)
    first: int = 0


def _end(one: _Statement, statements: Statements, found: Parsed, line: int) -> None:
    own = found.transfers[one.first :]
    is_twice = statements.is_twice(one.account, one.totals, one.page)
    again = statements.repeated(own, is_twice=is_twice, is_cumulative=found.format == "camt052")
    found.transfers[one.first :] = [transfer for transfer in own if transfer not in again]
    reason = said("stands in an earlier statement of this file as well; it is booked once")
    found.bad += [BadRow(transfer.line, reason) for transfer in again]
    if not is_twice:
        statements.end(one.account, one.totals, one.page, line)


def _entry(entry: Element, account: str, totals: Totals, found: Parsed) -> None:
    """One booking of the bank: a transfer, or several that it booked together."""
    try:
        totals.entry(entry)
        transfers = list(read_entry(entry, account))
    except NotBookedError as error:
        found.bad.append(BadRow(entry.sourceline or 0, str(error)))
    except ValueError as error:
        found.bad.append(BadRow(entry.sourceline or 0, f"{error}: {_what(entry)} is not booked"))
    else:
        found.transfers += transfers
        found.outgoing += not transfers
        if transfers and (short := batch_gap(entry)):
            found.gaps.append(BadRow(entry.sourceline or 0, short))


def _what(entry: Element) -> str:
    """The entry as a person would look for it in the bank's own list."""
    amount = entry.find("Amt")
    sum_ = "" if amount is None else f"{text_at(entry, 'Amt')[:25]} {amount.get('Ccy', '')[:3]}"
    day = text_at(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
    return " ".join(part for part in ("the entry of", sum_, f"on {day}" if day else "") if part)


def _elements(file: IO[bytes], found: Parsed) -> Iterator[tuple[str, Element]]:
    """Statements (as "") and what is directly in them (by its name) when it is complete, forgotten afterwards.

    Which of the three kinds the file is stands in `found.format`.
    """
    path: list[str] = []
    statement: tuple[str, ...] | None = None
    try:
        # No entity is ever looked up: a statement has no use for a DTD, and a DTD could read this machine's files.
        events = etree.iterparse(
            file, ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
        )
        for event, element in events:
            if event == "start":
                if statement is None and (kind := _kind_of(element, depth=len(path))):
                    found.format, inside = kind
                    statement = (*path, *inside)
                # One spelling of every path, whatever the version.
                element.tag = etree.QName(element).localname
                path.append(element.tag)
                continue
            if statement is not None and tuple(path[: len(statement)]) == statement:
                within = tuple(path[len(statement) :])
                if len(within) <= 1:
                    yield "".join(within), element
                    _forget(element)
            elif element.tag == "MsgPgntn":
                yield element.tag, element
            path.pop()
    except etree.XMLSyntaxError as error:
        raise FileRefusedError(f"The XML is broken: {error.msg}") from None
    if statement is None:
        raise FileRefusedError(_NOT_CAMT)


def _kind_of(element: Element, *, depth: int) -> tuple[str, tuple[str, ...]] | None:
    """(the format, the path of its statements) of a document; none for what a bank put around it."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise FileRefusedError("The XML has a document type declaration, which no statement needs")
    name = etree.QName(element)
    kind = _NAMESPACE.fullmatch(name.namespace or "")
    if name.localname == "Document" and kind is not None:
        return f"camt05{kind[1]}", _STATEMENTS[kind[1]]
    if name.localname == "Document" or depth > _DEEPEST:
        raise FileRefusedError(_NOT_CAMT)
    return None


def _forget(element: Element) -> None:
    element.clear()
    while element.getprevious() is not None:
        element.getparent().remove(element.getprevious())
