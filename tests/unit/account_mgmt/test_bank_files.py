"""Bank statements as files: what is read, what is refused, and what is said about rows that are wrong."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.bank import camt, files, table
from services.account_mgmt.domain.bank.arrivals import arrivals
from services.account_mgmt.domain.bank.files import FileOptions, Format
from services.account_mgmt.domain.bank.transfers import Parsed, amount, day
from services.chassis.imports.cells import FileRefusedError

DATA = Path(__file__).parents[2] / "data"
HOUSE = "UA213223130000026007233566001"
HEADER = "date,amount,currency,debit/credit,payer name,purpose\n"


def csv(text: str | bytes, **changes: object) -> Parsed:
    content = text.encode() if isinstance(text, str) else text
    return table.parse(content, **{"mapping": None, "account": HOUSE, "currency": "UAH", **changes})  # type: ignore[arg-type]


def test_a_statement_of_version_02_gives_every_detail_of_money_that_came() -> None:
    found = camt.parse(io.BytesIO((DATA / "statement_02.xml").read_bytes()))
    first, *shared, undone = found.transfers
    assert (first.amount, first.currency, first.booked_on, first.reference) == (
        Decimal("120.00"), "UAH", date(2030, 5, 6), "B-1",
    )  # fmt: skip
    assert (first.payer_name, first.payer_tax_id, first.payer_iban) == (
        "ТОВ «Вітер»", "12345678", "UA111111111111111111111111111",
    )  # fmt: skip
    assert first.purpose == "Оплата зг. рах. LR-2030-000001"
    assert [(one.amount, one.reference) for one in shared] == [(Decimal(100), "B-2/1"), (Decimal(200), "B-2/2")]
    assert (undone.reversal, undone.reference) == (True, "B-4")
    assert found.outgoing == 1
    assert [row.line for row in found.bad] == [36]
    assert "PDNG" in found.bad[0].reason


def test_a_statement_of_version_08_is_read_the_same() -> None:
    (one,) = camt.parse(io.BytesIO((DATA / "statement_08.xml").read_bytes())).transfers
    assert (one.amount, one.currency, one.booked_on) == (Decimal("64.50"), "EUR", date(2030, 5, 7))
    assert (one.payer_name, one.payer_iban, one.reference) == ("Wind GmbH", "40817", "T-1")
    assert one.purpose == "LR-2030-000003 lr 2030 000002"


def test_details_that_do_not_add_up_are_not_believed() -> None:
    text = (DATA / "statement_02.xml").read_text(encoding="utf-8").replace(">200.00<", ">200.01<")
    found = camt.parse(io.BytesIO(text.encode()))
    assert any("add up" in row.reason for row in found.bad)
    assert len(found.transfers) == 2


@pytest.mark.parametrize("amount", ["-5", "0", "1.234", "1_000", "1e3", "NaN", "", "9" * 30])
def test_an_amount_that_is_none_makes_a_bad_row_of_its_entry(amount: str) -> None:
    text = (DATA / "statement_08.xml").read_text(encoding="utf-8").replace(">64.5<", f">{amount}<")
    found = camt.parse(io.BytesIO(text.encode()))
    assert (found.transfers, len(found.bad)) == ([], 1)


@pytest.mark.parametrize(
    "text",
    [
        "<Document",
        '<?xml version="1.0" encoding="nonsense"?><a/>',
        "<a/>",
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.01"/>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.055.001.08"/>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt/></BkToCstmrStmt>'
        "</Document>",
    ],
)
def test_another_document_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(FileRefusedError):
        camt.parse(io.BytesIO(text.encode()))


def test_a_document_type_is_refused_and_its_files_are_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    doctype = f'<!DOCTYPE Document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    text = (DATA / "statement_08.xml").read_text(encoding="utf-8").split("?>", 1)[1].replace("Wind GmbH", "&x;")
    with pytest.raises(FileRefusedError, match="document type"):
        camt.parse(io.BytesIO((doctype + text).encode()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_banks_csv_is_read_in_every_usual_encoding(encoding: str) -> None:
    found = csv((DATA / "statement.csv").read_text(encoding="utf-8").encode(encoding))
    first, second = found.transfers
    assert (first.amount, first.payer_name, first.reference) == (Decimal("1234.56"), "ТОВ «Вітер»", "R-1")
    assert (first.purpose, first.line, first.account) == ("Оплата; рах. LR-2030-000001", 3, HOUSE)
    assert (second.currency, second.booked_on, second.reference) == ("UAH", date(2030, 5, 6), "")
    assert found.outgoing == 1
    assert [row.line for row in found.bad] == [6, 7]


def test_a_mapping_of_ones_own_names_the_columns() -> None:
    found = csv("When|In|Why\n06.05.2030|5,00|x\n", mapping={"date": "when", "credit": "In", "purpose": "Why"})
    assert (found.transfers[0].amount, found.transfers[0].purpose) == (Decimal(5), "x")


def test_debit_and_credit_columns_and_words_tell_the_direction() -> None:
    assert csv("date,debit,credit\n2030-05-06,5.00,0.00\n2030-05-06,,7.00\n").outgoing == 1
    found = csv(HEADER + "2030-05-06,5.00,UAH,DBIT,x,y\n2030-05-06,5.00,UAH,Кредит,x,y\n2030-05-06,5.00,UAH,?,x,y\n")
    assert (found.outgoing, len(found.transfers), found.bad[0].line) == (1, 1, 4)


@pytest.mark.parametrize(("text", "field"), [("a,b\n1,2\n", "file"), ("\0\1", "file"), ('date,amount\n"', "file")])
def test_a_file_that_is_no_statement_is_refused_or_empty(text: str, field: str) -> None:
    try:
        assert csv(text).transfers == []
    except FileRefusedError as error:
        assert error.field == field


@pytest.mark.parametrize("mapping", [{"date": "d"}, {"date": "d", "amount": "a", "colour": "c"}])
def test_a_mapping_that_cannot_work_is_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(FileRefusedError) as refused:
        table.check_mapping(mapping)
    assert refused.value.field == "mapping"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.5", "1234.5"), ("1 234,56", "1234.56"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"),
        ("-5", "-5"), ("5,00-", "-5"), ("1,234,567", "1234567"), ("1'234.56", "1234.56"), ("12\u00a0345,00", "12345"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_banks_write_them(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "1,234", "1.234", "1,23,456", "1e5", "NaN", "1.2.3", "--", "9" * 20, "１"])
def test_an_amount_in_doubt_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError):
        amount(text)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_days_are_read_in_both_spellings(one: date) -> None:
    assert day(one.isoformat()) == day(f"{one.isoformat()}T10:00:00") == one
    assert day(f"{one.day:02}.{one.month:02}.{one.year:04} 10:00") == one


@given(st.lists(st.sampled_from(["2030-05-06,5.00,UAH,C,x,y", "2030-05-06,6.00,UAH,C,x,y"]), max_size=8))
def test_equal_rows_are_transfers_of_their_own_and_keep_their_keys(rows: list[str]) -> None:
    found = csv(HEADER + "\n".join(rows)).transfers
    keys = [row.key for row in arrivals(found)]
    assert len(set(keys)) == len(rows)
    assert keys == [row.key for row in arrivals(found)]


def options(wanted: Format, mapping: dict[str, str] | None = None) -> FileOptions:
    return FileOptions(format=wanted, mapping=mapping, account="UA0", currency="UAH")


CSV = b"date;amount\n2030-05-06;1.00\n"
XML = (DATA / "statement_08.xml").read_bytes()


@pytest.mark.parametrize(
    ("content", "wanted", "found"),
    [
        (CSV, "auto", "csv"), (CSV, "csv", "csv"), (XML, "auto", "camt053"), (XML, "camt053", "camt053"),
        (b"\xef\xbb\xbf\n" + XML.partition(b"?>")[2], "auto", "camt053"),
    ],
)  # fmt: skip
def test_a_file_is_read_as_what_it_is_or_as_what_the_person_says(content: bytes, wanted: Format, found: str) -> None:
    read = files.read(io.BytesIO(content), options(wanted))
    assert read.format == found
    told = iter(json.loads(json.dumps(list(files.lines(io.BytesIO(content), **asdict(options(wanted)))))))
    head = files.head_of(told)
    assert (head.rows, head.outgoing) == (read.rows, read.outgoing)
    assert files.gather(head, told) == read


@pytest.mark.parametrize(
    ("content", "wanted", "mapping", "field"),
    [
        (b" \n", "auto", None, "file"),
        (CSV, "camt053", None, "file"),
        (XML, "csv", None, "file"),
        (CSV, "csv", {"date": "date"}, "mapping"),
        (b"", "csv", {"no such field": "date"}, "mapping"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_field_that_is_wrong(
    content: bytes, wanted: Format, mapping: dict[str, str] | None, field: str
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        files.read(io.BytesIO(content), options(wanted, mapping))
    assert refused.value.field == field
