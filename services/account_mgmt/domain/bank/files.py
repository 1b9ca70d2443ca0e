"""A bank's file, whatever its format: camt, MT940, 1CClientBankExchange or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import IO, Any, Literal

from services.account_mgmt.domain.bank import camt, client_bank, client_bank_text, swift, table
from services.account_mgmt.domain.bank.csv_dates import DateOrder
from services.account_mgmt.domain.bank.own_accounts import spelt
from services.account_mgmt.domain.bank.transfers import BadRow, Parsed, Transfer
from services.chassis.imports.cells import FileRefusedError

Format = Literal["auto", "csv", "camt053", "mt940", "1c"]
# A CSV is held in memory as a whole, several times over; twenty thousand rows are a fifth of this.
MAX_CSV = 16 << 20
_HEAD = 1 << 16


@dataclass(frozen=True)
class FileOptions:
    """What the person says of the file: its format, the columns of a CSV, account and currency where it names none.

    `default` is the account of a file that names none, `own` are the accounts that are known to be the company's, and
    `currencies` those of the legal entities' accounts, for a file that names no currency if `currency` is empty.
    Of a CSV, `encoding` (empty: looked for) and whether the day or the month comes first in its `dates`.
    """

    format: Format
    mapping: Mapping[str, str] | None
    account: str
    currency: str
    encoding: str = ""
    dates: DateOrder = "auto"
    default: str = ""
    own: Sequence[str] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)


def read(file: IO[bytes], options: FileOptions) -> Parsed:
    """The file's rows, their account as the records spell it. Raises FileRefusedError with the field that is wrong."""
    found = _read(file, options)
    found.transfers = [replace(one, account=spelt(one.account, options.own)) for one in found.transfers]
    return found


def _read(file: IO[bytes], options: FileOptions) -> Parsed:
    if options.mapping is not None:
        table.check_mapping(options.mapping)
    head = file.read(_HEAD)
    if not head.strip():
        raise FileRefusedError("The file is empty")
    file.seek(0)
    if options.format == "camt053" or (options.format == "auto" and _is_xml(head)):
        return camt.parse(file)
    content = file.read(MAX_CSV + 1)
    if len(content) > MAX_CSV:
        raise FileRefusedError(f"Longer than {MAX_CSV >> 20} MB; send the statement in parts")
    if options.format == "mt940" or (options.format == "auto" and swift.is_mt940(head)):
        return swift.parse(content, options.encoding)
    if options.format == "1c" or (options.format == "auto" and client_bank_text.is_client_bank(head)):
        return client_bank.parse(
            content,
            account=options.account,
            default=options.default,
            own=options.own,
            currency=options.currency,
            currencies=options.currencies,
            encoding=options.encoding,
        )
    return table.parse(
        content,
        mapping=options.mapping,
        account=options.account,
        default=options.default,
        own=options.own,
        currency=options.currency,
        currencies=options.currencies,
        encoding=options.encoding,
        dates=options.dates,
    )


@dataclass(frozen=True)
class Head:
    """What a file is, before its rows: how many they are, how many of them were outgoing, and whose accounts'.

    `gaps` (line, reason): what its own totals say is missing.
    """

    format: str
    rows: int
    outgoing: int
    accounts: Sequence[str]
    gaps: Sequence[tuple[int, str]] = ()


def lines(file: IO[bytes], **options: Any) -> Iterator[dict[str, Any]]:
    """`read` for a process of its own: what it finds as JSON can carry it. `options` are those of FileOptions.

    The head comes once the whole file was read, so that nothing is taken of one that breaks off.
    """
    found = read(file, FileOptions(**options))
    accounts = sorted({one.account for one in found.transfers})
    yield asdict(
        Head(found.format, found.rows, found.outgoing, accounts, [(one.line, one.reason) for one in found.gaps])
    )
    for bad in found.bad:
        yield {"line": bad.line, "reason": bad.reason}
    for one in found.transfers:
        yield asdict(one) | {"booked_on": one.booked_on.isoformat(), "amount": str(one.amount)}


def head_of(items: Iterator[dict[str, Any]]) -> Head:
    """The head, taken off what `lines` yielded."""
    return Head(**next(items))


def gather(head: Head, items: Iterable[dict[str, Any]]) -> Parsed:
    """What `lines` yielded behind the head, put together again."""
    found = Parsed(head.format, outgoing=head.outgoing, gaps=[BadRow(line, reason) for line, reason in head.gaps])
    for item in items:
        if "reason" in item:
            found.bad.append(BadRow(**item))
        else:
            day, amount = date.fromisoformat(item["booked_on"]), Decimal(item["amount"])
            exact = {"booked_on": day, "amount": amount, "unlabelled": tuple(item["unlabelled"])}
            found.transfers.append(Transfer(**item | exact))
    return found


def _is_xml(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or content[:4] in (b"<\0?\0", b"\xff\xfe<\0")
