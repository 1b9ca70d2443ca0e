"""SWIFT MT940: the bank's statement of an account as lines of tags, read by the `mt-940` package."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import mt940

from services.account_mgmt.domain.bank.csv_text import decode
from services.account_mgmt.domain.bank.swift_codes import coded
from services.account_mgmt.domain.bank.swift_lines import prepared
from services.account_mgmt.domain.bank.totals import Span, balance_gap, chain_gaps
from services.account_mgmt.domain.bank.transfers import (
    MAX_AMOUNT,
    MAX_ROWS,
    BadRow,
    Parsed,
    Transfer,
    iban,
    is_iban,
    reference,
    tidy,
)
from services.chassis.imports.cells import FileRefusedError
from services.chassis.sentences import said

_BEGINS: Final = re.compile(rb"(?m)^\s*:(?:20|25|28C?|60[FM]):")
# How banks mark the payer in free text: /NAME/Wind GmbH/, and a counterparty as /CNTP/account/bank/name/.
# ABN AMRO writes words before them.
_NAME = re.compile(
    r"/NAME/([^/]+)/|/CNTP/[^/]*/[^/]*/([^/]+)/|/ORDP/([^/]+)/"
    r"|\bNAAM:\s*(.+?)(?=\s{2}|\s(?:OMSCHRIJVING|KENMERK|BETALINGSKENM\.|BIC|IBAN|MACHTIGING):?|/?$)"
)
_ACCOUNT = re.compile(r"/IBAN/([A-Z0-9 ]+?)/|/CNTP/([A-Z0-9 ]+?)/|\bIBAN:\s*([A-Z]{2}\d{2}[A-Z0-9]{10,30})\b")
# A line of field 86 has 65 characters: what fills it goes on in the next without a space.
_FULL = 65
# Which statement it is, and which page of it.
_WHOLE = ("transaction_reference", "statement_number", "sequence_number")
# What field 61 says where the references stand in field 86.
_BESIDE = ("EREF", "KREF", "MREF", "PREF", "CREF")
# Transaction types of returned items.
_RETURNED = ("NRTI", "SRTI", "FRTI")
# The same as German banks' codes in field 86 (GVC): direct debits and transfers that come back.
_GERMAN_RETURNED = ("108", "109", "159", "181", "184")


def is_mt940(head: bytes) -> bool:
    """Whether the file begins like one."""
    return _BEGINS.search(head[:2000]) is not None


def parse(content: bytes, encoding: str = "") -> Parsed:
    """The entries of every statement in the file. Raises FileRefusedError for anything but an MT940."""
    text, left_out = prepared(decode(content, encoding))
    marks = [number for number, line in enumerate(text.splitlines(), start=1) if line.lstrip().startswith(":61:")]
    if len(marks) > MAX_ROWS:
        raise FileRefusedError(f"More than {MAX_ROWS} transfers; send the statement in parts")
    statements = _statements(text)
    found, lines = Parsed("mt940", bad=left_out), iter(marks)
    spans: list[Span] = []
    earlier: set[tuple[str, ...]] = set()
    for statement in statements:
        account = _account(statement.data)
        whole = (
            account,
            *(str(statement.data.get(name)) for name in _WHOLE),
            *(str(one.data) for one in statement.transactions),
        )
        if whole in earlier:
            twice = [next(lines, 0) for entry in statement.transactions if "amount" in entry.data]
            found.bad += [
                BadRow(line, said("stands in an earlier statement of this file as well; it is booked once"))
                for line in twice
            ]
            continue
        earlier.add(whole)
        for entry in statement.transactions:
            if "amount" in entry.data:
                _entry(entry.data, account, next(lines, 0), found)
        if gap := _gap(statement):
            found.gaps.append(BadRow(marks[-1] if marks else 0, gap))
        spans += _spans(account, statement.data)
    found.gaps += [BadRow(marks[-1] if marks else 0, gap) for gap in chain_gaps(spans)]
    return found


def _statements(text: str) -> list[Any]:
    """Raises FileRefusedError for a text that the reader of MT940 stumbles over, or that has no statement."""
    try:
        # As a file: a text would be taken for the name of one.
        statements = mt940.parse_statements(io.StringIO(text), options=mt940.Options.all())
    except (RuntimeError, ValueError, ArithmeticError, AttributeError, KeyError, TypeError) as error:
        if len(error.args) > 1 and isinstance(error.args[-1], str):
            # The reader's own words hold what nobody outside of it understands.
            what = error.args[-1][:80]
            raise FileRefusedError(f"This MT940 cannot be read: nobody knows what '{what}' says") from None
        raise FileRefusedError(f"This MT940 cannot be read: {str(error)[:120]}") from None
    if not statements:
        raise FileRefusedError("This is not an MT940: it has no statement (:20:)")
    return list(statements)


def _spans(account: str, data: Mapping[str, Any]) -> list[Span]:
    opening, closing = _balances(data)
    if opening is None or closing is None:
        return []
    began, goes_on = "final_opening_balance" not in data, "final_closing_balance" not in data
    day, currency = closing.date.isoformat() if closing.date else "", str(closing.amount.currency)
    return [Span(account, currency, day, opening.amount.amount, closing.amount.amount, began, goes_on)]


def _balances(data: Mapping[str, Any]) -> tuple[Any, Any]:
    """Those that the statement, or the page of one, opens and closes with; none for what it does not name."""
    opening = data.get("final_opening_balance") or data.get("intermediate_opening_balance")
    closing = data.get("final_closing_balance") or data.get("intermediate_closing_balance")
    opening, closing = (one if one is not None and one.amount is not None else None for one in (opening, closing))
    return opening, closing


def _account(data: Mapping[str, Any]) -> str:
    named = iban(str(data.get("account_identification") or ""))
    if not named:
        raise FileRefusedError("A statement does not name its account (:25:)")
    # Some banks write the currency behind it, and some a slash before it.
    return re.sub(r"(?<=\d)[A-Z]{3}$", "", named.strip("/"))


def _entry(data: Mapping[str, Any], account: str, line: int, found: Parsed) -> None:
    mark = str(data.get("status") or "").upper()
    came_back = mark in ("RC", "RD") or str(data.get("id") or "").upper() in _RETURNED
    came_back = came_back or str(data.get("transaction_code") or "") in _GERMAN_RETURNED
    if mark == "D" and not came_back:
        found.outgoing += 1
        return
    amount, currency = abs(data["amount"].amount), str(data.get("currency") or data["amount"].currency or "")
    if not 0 < amount <= MAX_AMOUNT or amount != round(amount, 2) or len(currency) != 3:
        found.bad.append(BadRow(line, f"'{amount} {currency[:3]}' is not an amount above zero with two decimals"))
        return
    transfer = Transfer(
        line=line,
        account=account,
        booked_on=data.get("entry_date") or data["date"],
        amount=round(Decimal(amount), 2),
        currency=currency,
        reference=reference(data.get("bank_reference")),
        reversal=came_back,
        taken=mark in ("D", "RC"),
        **_payer(data),
    )
    found.transfers.append(_decoded(transfer, data))


def _decoded(one: Transfer, data: Mapping[str, Any]) -> Transfer:
    """A transfer with what stands behind codes, told apart; as it was before it stays in `unlabelled`."""
    parts = coded(_unwrapped(str(data.get("transaction_details") or "")))
    if parts is None:
        return one
    more = [tidy(str(data[name])) for name in ("extra_details", "customer_reference") if data.get(name)]
    texts = [text for text in more if reference(text) and text not in _BESIDE and not text.startswith("/")]
    return replace(
        one,
        payer_name=parts.name[:300] or one.payer_name,
        payer_iban=parts.account or one.payer_iban,
        purpose=" ".join(dict.fromkeys([parts.purpose, *(text for text in texts if not is_iban(text))]))[:2000],
        unlabelled=(one.payer_iban, one.payer_name, one.payer_tax_id, one.purpose),
    )


def _payer(data: Mapping[str, Any]) -> dict[str, str]:
    free = _unwrapped(str(data.get("transaction_details") or ""))
    name = tidy(data.get("applicant_name"))
    account = iban(data.get("applicant_iban") or data.get("gvc_applicant_iban"))
    texts = [data.get("purpose"), free, data.get("additional_purpose"), data.get("end_to_end_reference"),
             data.get("extra_details"), data.get("customer_reference")]  # fmt: skip
    plain = (tidy(str(text)) for text in texts if text)
    beside = str(data.get("extra_details") or "")
    return {
        "payer_name": (name or _first(_NAME, free))[:300],
        "payer_iban": (account or iban(_first(_ACCOUNT, free)) or (iban(beside) if is_iban(beside) else ""))[:64],
        "purpose": " ".join(dict.fromkeys(text for text in plain if reference(text)))[:2000],
    }


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(f"{text}/")
    return tidy(next((one for one in found.groups() if one), "")) if found else ""


def _unwrapped(text: str) -> str:
    out = ""
    for line in text.splitlines():
        out += line if line.startswith(" ") else f"{line.rstrip()}{'' if len(line) >= _FULL else ' '}"
    return out.strip()


def _gap(statement: Any) -> str | None:
    opening, closing = _balances(statement.data)
    if opening is None or closing is None:
        return None
    moved = sum((one.data["amount"].amount for one in statement.transactions if "amount" in one.data), Decimal(0))
    return balance_gap(opening.amount.amount, moved, closing.amount.amount, str(closing.amount.currency))
