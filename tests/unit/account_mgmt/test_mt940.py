"""MT940 statements as banks write them."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest

from services.account_mgmt.domain.bank import files, swift
from services.account_mgmt.domain.bank.files import FileOptions
from services.chassis.imports.cells import FileRefusedError

GERMAN = """:20:STARTUMSE
:25:DE89370400440532013000
:28C:00001/001
:60F:C261119EUR100,00
:61:2611201120CR60,00NTRFNONREF//BANKREF1
:86:166?00GUTSCHRIFT?20EREF+NOTPROVIDED?21SVWZ+Rechnung EU-2026-0000?2205
?30BYLADEM1001?31DE02120300000000202051?32Käse GmbH
:61:2611201120D20,00NDDTREF7
:86:105?00LASTSCHRIFT?20SVWZ+Strom?32Strom AG
:61:2611201120RC70,00NRTINONREF
:86:unpaid
:62F:C261120EUR70,00
-
"""
DUTCH = """{1:F01INGBNL2AXXXX0000000000}{2:I940INGBNL2AXXXN}{4:
:20:P261120000000001
:25:NL20INGB0001234567EUR
:28C:00001
:60F:C261119EUR100,00
:61:2611201120C60,00NTRFEREF//26324000001
:86:/CNTP/NL91ABNA0417164300/ABNANL2A/Wind B.V.///REMI/USTD//Factuur EU-2
026-000005/
:62F:C261120EUR165,00
-}
"""


def test_a_german_statement_is_read_with_payer_account_and_wrapped_text() -> None:
    found = swift.parse(GERMAN.encode("cp1252"))
    one, back = found.transfers
    assert (one.amount, one.currency, one.booked_on, one.reference) == (
        Decimal(60),
        "EUR",
        date(2026, 11, 20),
        "BANKREF1",
    )
    assert (one.payer_name, one.payer_iban, one.account) == (
        "Käse GmbH",
        "DE02120300000000202051",
        "DE89370400440532013000",
    )
    assert "Rechnung EU-2026-000005" in one.purpose
    assert (back.amount, back.reversal, found.outgoing, found.gaps) == (Decimal(70), True, 1, [])
    assert [one.line, back.line] == [5, 10]


def test_a_dutch_statement_is_read_and_says_what_is_missing_of_it() -> None:
    found = swift.parse(DUTCH.encode())
    (one,) = found.transfers
    assert (one.payer_name, one.payer_iban, one.account) == ("Wind B.V.", "NL91ABNA0417164300", "NL20INGB0001234567")
    assert "5.00 EUR that came are missing" in found.gaps[0].reason


def test_a_file_is_taken_for_an_mt940_by_how_it_begins() -> None:
    options = FileOptions("auto", None, "OWN1", "EUR")
    assert files.read(io.BytesIO(DUTCH.encode()), options).format == "mt940"


@pytest.mark.parametrize(
    "text", ["", "nothing", ":20:X\n", ":20:X\n:25:DE1\n:60F:nonsense\n:61:nonsense\n", "/etc/passwd"]
)
def test_what_is_no_mt940_is_refused_or_empty(text: str) -> None:
    try:
        assert swift.parse(text.encode()).rows == 0
    except FileRefusedError as error:
        assert error.field == "file"


HEAD = ":20:X\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C261119EUR100,00\n"
PLN = HEAD.replace("EUR", "PLN")
ABN = ":86:SEPA OVERBOEKING                 IBAN: NL91ABNA0417164300        \nNAAM: Wind                       \n"


@pytest.mark.parametrize(
    ("text", "payer", "account", "purpose"),
    [
        (f"{PLN}:61:2611201120C60,00S020NONREF\n:86:020<00Przelew<20Faktura EU-2026-<21000005<3010901014"
         "<3100000712198128740000<38PL61109010140000071219812874<32Wind\n", "Wind", "PL61109010140000071219812874",
         "Faktura EU-2026-000005"),
        (f"{PLN}:61:2611201120C60,00NTRFNONREF\n:86:020\n:86:020~00VE02\n~20Faktura EU-2026-000005~32Wind\n",
         "Wind", "", "Faktura EU-2026-000005"),
        (f"{HEAD}:61:2611201120C60,00N654NONREF\n{ABN}OMSCHRIJVING: EU-2026-000005\n", "Wind", "NL91ABNA0417164300",
         "EU-2026-000005"),
        (f"{HEAD}:61:2611201120C60,00N541EREF\nNL91ABNA0417164300\n:86:/ORDP//NAME/Wind/REMI/EU-2026-000005/\n", "Wind",
         "NL91ABNA0417164300", "EU-2026-000005"),
        (f"{HEAD}:61:2611201120C60,00NTRF1//1\n:86:/TYPE/TOPUP/ORDP/Wind/REMI/EU-2026-000005\n", "Wind", "",
         "EU-2026-000005"),
        (f"{HEAD}:61:2611201120C60,00NTRFNONREF\r:86:166?00GUT?20EU-2026-000005?32Wind\r".replace("\n", "\r"), "Wind",
         "", "EU-2026-000005"),
    ],
    ids=["Polish", "code written twice", "words", "account beside", "slashes", "line ends of old"],
)  # fmt: skip
def test_a_payer_is_read_however_a_bank_marks_one(text: str, payer: str, account: str, purpose: str) -> None:
    (one,) = swift.parse(text.encode()).transfers
    assert (one.amount, one.payer_name, one.payer_iban) == (Decimal(60), payer, account)
    assert purpose in one.purpose


@pytest.mark.parametrize(
    ("entries", "moneys", "reasons"),
    [
        (":61:2611201120C60.50NTRFNONREF\n:86:x\n:62F:C261120EUR160.50\n", "60.50", ""),
        (":61:2611201120D60,00NTRFNONREF\n:86:109?00RUECKLASTSCHRIFT?20x\n:62F:C261120EUR40,00\n", "60.00 back", ""),
        (":61:2611201120EC60,00NTRFNONREF\n:86:x\n:62F:C261120EUR100,00\n", "", "not booked yet (expected)"),
        (
            ":61:261320C60,00NTRFNONREF\n:86:x\n:61:261120C5,NTRFNONREF\n:62F:C261120EUR105,\n",
            "5.00",
            "'261320' is not",
        ),
        (":61:nonsense\n:86:x\n:61:261120C5,NTRFNONREF\n:62F:C261120EUR105,\n", "5.00", "':61:nonsense' is no entry"),
    ],
)
def test_one_entry_that_cannot_be_read_does_not_refuse_the_others(entries: str, moneys: str, reasons: str) -> None:
    found = swift.parse(f"{HEAD}{entries}-\n".encode())
    assert " ".join(f"{one.amount}{' back' * one.taken}" for one in found.transfers) == moneys
    assert found.gaps == []
    assert [bad.reason.startswith(reasons) for bad in found.bad] == [True] * len(found.bad)
    assert len(found.bad) == bool(reasons)


def test_a_reference_that_is_too_long_does_not_refuse_the_whole_file() -> None:
    text = (
        ":20:X\n:25:NL20RABO0123456789 EUR\n:28C:1\n:60F:C260311EUR1000,00\n"
        ":61:260312C000000000060,00N541NL02ABNA0123456789\nWIND B.V.\n:86:/NAME/WIND B.V./REMI/LR-2026-000005\n"
        ":62F:C260312EUR1060,00\n"
    )
    found = swift.parse(text.encode())
    assert [(str(one.amount), one.payer_name) for one in found.transfers] == [("60.00", "WIND B.V.")]
    assert (found.bad, found.gaps) == ([], [])


def test_what_nobody_can_read_is_named_as_it_stands_in_the_file() -> None:
    with pytest.raises(FileRefusedError, match="nobody knows what 'X260311EUR1,00' says"):
        swift.parse(b":20:X\n:25:DE89370400440532013000\n:28C:1\n:60F:X260311EUR1,00\n")


def test_words_of_a_ukrainian_bank_are_read_in_its_own_letters() -> None:
    text = (
        ":20:X\n:25:UA21\n:28C:1\n:60F:C260311UAH0,00\n:61:260312C60,00NTRFNONREF\n:86:Оплата\n:62F:C260312UAH60,00\n"
    )
    assert swift.parse(text.encode("cp1251")).transfers[0].purpose == "Оплата"


ENTRY = ":61:2611201120C60,00NTRFNONREF//{}\n:86:{}\n"
CLOSED = ":62F:C261120EUR{}\n-\n"


@pytest.mark.parametrize(
    ("text", "payer", "account", "purpose"),
    [
        ("/EREF/E2E-1/BENM//NAME/Wir BV/ORDP//NAME/Wind BV/IBAN/NL91ABNA0417164300/REMI/LR-2026-000005", "Wind BV",
         "NL91ABNA0417164300", "LR-2026-000005 E2E-1"),
        ("166/OCMT/EUR60,00//EREF/77/ORDP/NAME/Wind GmbH/REMI/LR-2026-000005", "Wind GmbH", "", "LR-2026-000005 77"),
        ("/BENM//ORDP/37654321/TOV VITER/REMI/LR-2026-000005", "TOV VITER", "", "LR-2026-000005"),
        ("/TRTP/VIR SEPA RECU/DE/WIND SAS/MOTIF/LR-2026-000005/REF/77", "WIND SAS", "", "LR-2026-000005 77"),
        ("FT01<00Przelew<20LR-2026-000005<32WIND<38PL61109010140000071219812874", "WIND",
         "PL61109010140000071219812874", "LR-2026-000005"),
    ],
)  # fmt: skip
def test_parts_behind_codes_are_told_apart(text: str, payer: str, account: str, purpose: str) -> None:
    (one,) = swift.parse(f"{HEAD}{ENTRY.format('B1', text)}{CLOSED.format('160,00')}".encode()).transfers
    assert (one.payer_name, one.payer_iban, one.purpose) == (payer, account, purpose)


def test_what_a_bank_writes_about_the_whole_statement_is_no_purpose_of_its_last_entry() -> None:
    text = f"{HEAD}{ENTRY.format('B1', 'LR-2026-000005')}:62F:C261120EUR160,00\n:86:see LR-2026-000009\n-\n"
    assert [one.purpose for one in swift.parse(text.encode()).transfers] == ["LR-2026-000005"]


def test_an_account_is_the_same_one_behind_a_slash() -> None:
    text = HEAD.replace(":25:", ":25:/") + ENTRY.format("B1", "x") + CLOSED.format("160,00")
    assert swift.parse(text.encode()).transfers[0].account == "DE89370400440532013000"


PAGE = HEAD + ENTRY.format("B1", "a") + ":62M:C261120EUR160,00\n-\n"
NEXT = PAGE.replace("1/1", "1/2").replace("B1", "B2").replace("60F:C261119EUR100", "60M:C261120EUR160")


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        (PAGE + NEXT.replace("62M:C261120EUR160", "62F:C261120EUR220"), []),
        (PAGE, ["goes on on another page"]),
        (NEXT.replace("62M:C261120EUR160", "62F:C261120EUR220"), ["the pages before are missing"]),
        (PAGE + NEXT.replace("160", "190").replace("62M:C261120EUR190", "62F:C261120EUR250"),
         ["one ends with 160.00 on 2026-11-20, the next begins with 190.00"]),
    ],
    ids=["whole", "last page missing", "first page missing", "one between"],
)  # fmt: skip
def test_pages_and_days_that_follow_one_another_say_what_is_missing_between_them(text: str, gaps: list[str]) -> None:
    found = swift.parse(text.encode()).gaps
    assert [gap in one.reason for gap, one in zip(gaps, found, strict=True)] == [True] * len(gaps)


def test_a_statement_that_stands_in_the_file_twice_is_booked_once() -> None:
    whole = HEAD + ENTRY.format("", "LR-2026-000005") + CLOSED.format("160,00")
    found = swift.parse((whole + whole).encode())
    assert (len(found.transfers), found.gaps) == (1, [])
    assert "is booked once" in found.bad[0].reason
