"""The CSV exports of banks, read as they come: nothing to set, nothing taken for what it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.account_mgmt.domain.bank import csv_amounts, csv_text, table
from services.account_mgmt.domain.bank.arrivals import arrivals
from services.account_mgmt.domain.bank.csv_dates import DateOrder, reader
from services.account_mgmt.domain.bank.own_accounts import spelt
from services.account_mgmt.domain.bank.transfers import Parsed
from services.chassis.imports.cells import FileRefusedError

DATA = Path(__file__).parents[2] / "data" / "bank_csv"
DAY = date(2026, 11, 20)


def read(content: str | bytes, **options: object) -> Parsed:
    raw = content.encode() if isinstance(content, str) else content
    return table.parse(raw, **{"mapping": None, "account": "OWN1", "currency": "UAH", **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "amount", "currency", "payer", "account", "outgoing", "bad"),
    [
        ("privatbank", "12000.00", "UAH", "ТОВ «Вітер»", "UA213223130000026007233566001", 1, 0),
        ("monobank", "60.00", "UAH", "", "OWN1", 1, 0),
        ("revolut_business", "60.00", "EUR", "", "OWN1", 1, 1),
        ("revolut_personal", "60.00", "EUR", "", "OWN1", 0, 1),
        ("wise", "60.00", "EUR", "Wind GmbH", "OWN1", 1, 0),
        ("commerzbank", "60.00", "EUR", "", "DE89370400440532013000", 1, 0),
        ("sparkasse", "60.00", "EUR", "Käse-Müller Größe GmbH", "DE89370400440532013000", 0, 1),
        ("ing_de", "60.00", "EUR", "Wind GmbH", "DE89370400440532013000", 1, 0),
        ("ing_nl", "60.00", "EUR", "Wind B.V.", "NL20INGB0001234567", 1, 0),
        ("rabobank", "60.00", "EUR", "Wind B.V.", "NL20RABO0123456789", 1, 0),
        ("paypal", "60.00", "EUR", "Wind GmbH", "OWN1", 1, 1),
        ("mbank", "60.00", "PLN", "Żółw Sp. z o.o.", "OWN1", 1, 0),
        ("headerless", "60.00", "UAH", "", "OWN1", 2, 0),
        ("american", "1260.00", "UAH", "", "OWN1", 2, 0),
    ],
)
def test_the_exports_of_the_usual_banks_are_read_as_they_come(
    name: str, amount: str, currency: str, payer: str, account: str, outgoing: int, bad: int
) -> None:
    found = read((DATA / f"{name}.csv").read_bytes())
    (one,) = found.transfers
    assert (one.booked_on, one.amount, one.currency) == (DAY, Decimal(amount), currency)
    assert (one.payer_name, one.account) == (payer, account)
    assert "2026-000005" in one.purpose
    assert (found.outgoing, len(found.bad)) == (outgoing, bad), found.bad


@pytest.mark.parametrize(
    ("name", "moneys", "payer", "account", "outgoing", "bad"),
    [
        ("privat_debit_credit", "1234.50 UAH", "ТОВ Вітер", "", 1, 0),
        # The sum is in the card's currency, as its header says; the operation's is another.
        ("mono_uk", "4200.00 UAH", "", "", 0, 0),
        ("mono_en", "4200.00 UAH", "", "", 1, 0),
        ("wise_new_csv", "60.00 EUR", "Wind GmbH", "", 1, 0),
        # Booking days without a year.
        ("sparkasse_mt940", "60.00 EUR", "Wind GmbH", "0000202051", 0, 0),
        # H and S in a column without a name, and balances with days among the rows.
        ("vr_bank_old", "60.00 EUR", "Wind GmbH", "DE02120300000000202051", 1, 2),
        ("dkb_new", "60.00 EUR", "Wind GmbH", "DE02120300000000202051", 1, 1),
        ("ing_nl_en", "60.00 EUR", "Wind GmbH", "NL91ABNA0417164300", 1, 0),
        ("n26_new", "60.00 EUR", "Wind GmbH", "DE02120300000000202051", 1, 0),
        ("paypal_de", "1060.00 EUR", "Wind GmbH", "", 1, 1),
        ("santander_pl", "60.00 PLN", "", "", 1, 0),
        ("pkobp", "60.00 PLN", "WIND", "61109010140000071219812874", 1, 0),
        ("ing_pl", "60.00 PLN", "Wind", "61109010140000071219812874", 0, 0),
        ("ceska", "1060.00 CZK", "Wind GmbH", "123/0800", 1, 0),
        ("csob_cz", "60.00 CZK", "Wind GmbH", "123", 1, 0),
        ("ubs_new", "1060.00 CHF", "", "", 1, 0),
        ("postfinance", "60.00 CHF", "WIND GMBH", "", 1, 0),
        ("erste_george", "1060.00 EUR", "Wind GmbH", "AT611904300234573201", 1, 0),
        ("starling", "60.00 GBP", "Wind GmbH", "", 1, 0),
        ("chase_card", "60.00 UAH", "", "", 1, 0),
        ("bofa", "60.00 UAH", "", "", 1, 0),
        ("stripe", "60.00 EUR", "", "", 2, 0),
        ("hdfc", "1234567.00 UAH", "", "", 1, 0),
        ("otp_hu", "60000.00 HUF", "Wind GmbH", "", 1, 0),
        # Nothing but the balance says which money went.
        ("unsigned_balance", "60.00 UAH", "", "", 1, 1),
        ("headerless_deb_cred", "60.00 UAH", "", "", 1, 0),
        ("ruecklast", "60.00 EUR 60.00 EUR back", "", "", 0, 0),
    ],
)
def test_the_exports_of_more_banks_are_read_to_the_cent(
    name: str, moneys: str, payer: str, account: str, outgoing: int, bad: int
) -> None:
    found = read((DATA / f"{name}.csv").read_bytes())
    assert " ".join(f"{one.amount:.2f} {one.currency}{' back' * one.taken}" for one in found.transfers) == moneys
    one = found.transfers[0]
    assert (one.booked_on, one.payer_name, one.payer_iban) == (DAY, payer, account)
    assert "2026-000005" in one.purpose
    assert (found.outgoing, len(found.bad)) == (outgoing, bad), found.bad


@pytest.mark.parametrize(
    ("text", "incoming", "outgoing", "reasons"),
    [
        ("Date;Sign;Amount\n2026-11-20;+;60,00\n2026-11-19;−;20,00\n", "60.00", 1, ""),
        ("Buchungstag;Betrag;S/H\n20.11.2026;60,00;H\n19.11.2026;20,00;S\n", "60.00", 1, ""),
        ("Date,Transaction Type,Amount\n2026-11-20,Incoming payment,60.00\n2026-11-19,Outgoing payment,20.00\n",
         "60.00", 1, ""),
        ("Date;Debit;Credit\n2026-11-20;20.00;60.00\n", "", 0,
         "20.00 stands under 'Debit' and 60.00 under 'Credit': one of the two must be empty"),
        ("Date;Text;Credit\n2026-11-20;x;60,00\n;Turnover;60,00\n;Closing balance;160,00\n", "60.00", 0, ""),
        ("Date;Text;Amount\n2026-11-20;x;60,00\n2026-11-30;Total;60,00\n2026-11-30;Closing balance;60,00\n",
         "60.00", 0, " ".join(["this is a balance or a total of the account, no money that came"] * 2)),
        ("Date,Amount,Currency\n2026-11-20,60.00,грн\n2026-11-20,60.00,980\n", "60.00 60.00", 0, ""),
        ('date,amount,currency\n2026-11-20,"1,060",JPY\n', "1060.00", 0, ""),
        ("date,amount\n0026-11-20,60.00\n", "", 0, "'0026-11-20' is not a date like 2030-05-06 or 06.05.2030"),
        ("Date,Amount\n'2026-11-20,\"=\"\"60.00\"\"\"\n", "60.00", 0, ""),
    ],
)  # fmt: skip
def test_what_went_and_what_only_looks_like_money_is_not_booked(
    text: str, incoming: str, outgoing: int, reasons: str
) -> None:
    found = read(text)
    assert " ".join(f"{one.amount:.2f}" for one in found.transfers) == incoming
    assert (found.outgoing, " ".join(bad.reason for bad in found.bad)) == (outgoing, reasons.strip())


def test_a_payment_that_the_bank_took_back_or_only_announced_is_no_money() -> None:
    reasons = [
        row.reason
        for name in ("revolut_business", "revolut_personal")
        for row in read((DATA / f"{name}.csv").read_bytes()).bad
    ]
    assert reasons == [
        "the bank says REVERTED: no money came",
        "not booked yet (PENDING); it will come again when it is",
    ]
    odd = read("date,amount,status\n2026-11-20,5.00,Booked\n2026-11-20,6.00,Wobbly\n")
    assert [one.amount for one in odd.transfers] == [Decimal(5)]
    assert odd.bad[0].reason == "nobody knows what the state 'Wobbly' means: is the money there?"
    assert len(read("date,amount,info\n2026-11-20,5.00,thank you\n2026-11-20,6.00,hello\n").transfers) == 2


@pytest.mark.parametrize(
    ("cells", "order", "found"),
    [
        (["13/11/2026", "05/11/2026"], "auto", [date(2026, 11, 13), date(2026, 11, 5)]),
        (["11/13/2026", "11/05/2026"], "auto", [date(2026, 11, 13), date(2026, 11, 5)]),
        # In one direction from day to day as May, to and fro as months: the statement goes from day to day.
        (["05/09/2026", "05/10/2026", "05/11/2026", "05/12/2026", "06/01/2026"], "auto",
         [date(2026, 5, 9), date(2026, 5, 10), date(2026, 5, 11), date(2026, 5, 12), date(2026, 6, 1)]),
        (["05.11.2026"], "auto", [date(2026, 11, 5)]),
        (["05.11.26"], "auto", [date(2026, 11, 5)]),
        (["2026/11/05", "2026.11.06"], "auto", [date(2026, 11, 5), date(2026, 11, 6)]),
        (["20261105"], "auto", [date(2026, 11, 5)]),
        (["05/11/2026"], "dmy", [date(2026, 11, 5)]),
        (["05/11/2026"], "mdy", [date(2026, 5, 11)]),
        (["5 Nov 2026", "05-Nov-26", "Nov 5, 2026", "5 листопада 2026", "5. März 2026"], "auto",
         [date(2026, 11, 5)] * 4 + [date(2026, 3, 5)]),
        (["05/05/2026"], "auto", [date(2026, 5, 5)]),
        # Read as years, these days would lie a year apart.
        (["19/11/26", "20/11/26"], "auto", [date(2026, 11, 19), date(2026, 11, 20)]),
        (["Fri, 20 Nov 2026", "20 dic 2026"], "auto", [date(2026, 11, 20), date(2026, 12, 20)]),
    ],
)  # fmt: skip
def test_days_are_read_in_all_usual_orders(cells: list[str], order: DateOrder, found: list[date]) -> None:
    one = reader(cells, order, day_first=False)
    assert [one(cell) for cell in cells] == found


@pytest.mark.parametrize("cells", [["05/11/2026"], ["05-11-2026", "05-12-2026"], ["05/11/26"]])
def test_a_day_that_may_be_two_is_asked_about(cells: list[str]) -> None:
    with pytest.raises(FileRefusedError, match="may be 20") as asked:
        reader(cells, "auto", day_first=False)
    assert asked.value.field == "dates"
    assert reader(cells, "auto", day_first=True)(cells[0]).day == 5


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("(5.00)", "-5.00", ""), ("€ 1.234,56", "1234.56", "EUR"), ("1 234,56 ₴", "1234.56", "UAH"),
        ("$-5.00", "-5.00", ""), ("-$5.00", "-5.00", ""), ("5.00 CR", "5.00", ""), ("5.00 DR", "-5.00", ""),
        ("UAH 12", "12", "UAH"), ("1'234.50 CHF", "1234.50", "CHF"),
        ("1,23,456.50", "123456.50", ""), ("1 060 Kč", "1060", "CZK"),
        ("12,00 zł", "12.00", "PLN"), ("5,00-", "-5.00", ""), ("−5.00", "-5.00", ""),
        ("(€5,00)", "-5.00", "EUR"), ("100 грн.", "100", "UAH"), ("+60,00", "60.00", ""),
    ],
)  # fmt: skip
def test_sums_are_read_with_signs_currencies_and_brackets(text: str, value: str, currency: str) -> None:
    found = csv_amounts.read(text)
    assert (found.value, found.currency) == (Decimal(value), currency)


def test_a_column_tells_what_one_of_its_cells_leaves_open() -> None:
    found = read("date;amount\n2026-11-20;1,234\n2026-11-20;5.50\n")
    assert [one.amount for one in found.transfers] == [Decimal(1234), Decimal("5.5")]
    assert len(read("date;amount\n2026-11-20;1,234\n").bad) == 1
    assert [one.amount for one in read("date;amount\n2026-11-20;1.234\n2026-11-20;5,50\n").transfers] == [
        1234,
        Decimal("5.5"),
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Дата;Сума;Призначення\n20.11.2026;60,00;Оплата за рахунком\n", "cp1251"),
        ("Дата;Сумма;Назначение платежа\n20.11.2026;60,00;Оплата по счёту\n", "cp866"),
        ("Дата;Сума;Призначення\n20.11.2026;60,00;Оплата\n", "koi8_u"),
        ("Buchungstag;Betrag;Name\n20.11.2026;60,00;Käse-Müller Größe GmbH\n", "cp1252"),
        ("Data;Kwota;Tytuł\n20.11.2026;60,00;Zapłata za fakturę, Żółw Łódź\n", "cp1250"),
        ("Data;Kwota;Tytuł\n20.11.2026;60,00;Zapłata za fakturę, Żółw Łódź\n", "iso8859_2"),
        ("Datum;Bedrag;Naam\n20-11-2026;60,00;Café Très Chaud\n", "cp1252"),
        ("Дата;Сума\n20.11.2026;60,00\n", "utf-16"),
        ("Date;Amount;Name\n20.11.2026;60,00;Wind\n", "utf-16-le"),
        ("Datum zaúčtování;Částka;Název protiúčtu\n20.11.2026;60,00;Žluťoučký kůň\n", "cp1250"),
        ("Könyvelés dátuma;Összeg;Deviza;Partner neve\n2026.11.20.;60;HUF;Őrző Tűz Kft.\n", "cp1250"),
    ],
)
def test_the_encoding_is_found_out_and_can_be_said(text: str, encoding: str) -> None:
    assert csv_text.decode(text.encode(encoding)).removeprefix("\ufeff") == text
    assert csv_text.decode(text.encode(encoding), encoding).removeprefix("\ufeff") == text


@pytest.mark.parametrize("encoding", ["no such", "ascii"])
def test_an_encoding_that_does_not_fit_is_refused_by_name(encoding: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        csv_text.decode("Дата".encode(), encoding)
    assert refused.value.field == "encoding"


def test_a_file_without_a_header_is_mapped_by_the_numbers_of_its_columns() -> None:
    found = read("x|60,00|20.11.2026|why\n", mapping={"date": "3", "amount": "2", "purpose": "4"})
    assert [(one.amount, one.purpose) for one in found.transfers] == [(Decimal(60), "why")]


def test_lines_of_the_bank_around_the_rows_are_no_rows() -> None:
    text = "sep=;\nAccount statement\n\nDate;Amount\n2026-11-20;60.00\nTotal;\nPrinted by the bank\n"
    found = read(text)
    assert ([one.amount for one in found.transfers], found.bad) == ([Decimal(60)], [])


@pytest.mark.parametrize(
    ("text", "incoming", "outgoing", "reasons"),
    [
        ("Fecha;Concepto;Importe;Tipo\n12/03/2026;x;60,00;ENTRADA\n13/03/2026;y;5,00;SALIDA\n", "60.00", 1, ""),
        ("Datum;Bedrag;Soort\n12-03-2026;60,00;Ontvangst\n13-03-2026;5,00;Uitgave\n", "60.00", 1, ""),
        ("Date,Type,Amount\n2026-03-12,Deposit,60.00\n2026-03-13,ATM,5.00\n", "60.00", 0,
         "'ATM' is neither credit nor debit"),
        ("Date,Text,Amount\n2026-03-12,x,60.00\n2026-03-13,y,99999999999999999\n", "60.00", 0,
         "'99999999999999999' is too large"),
    ],
)  # fmt: skip
def test_money_that_went_is_never_booked_because_its_word_is_strange(
    text: str, incoming: str, outgoing: int, reasons: str
) -> None:
    found = read(text)
    assert " ".join(f"{one.amount:.2f}" for one in found.transfers) == incoming
    assert (found.outgoing, " ".join(bad.reason for bad in found.bad)) == (outgoing, reasons)


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("2026-03-12\tLR-2026-000005\tWind GmbH\t60.00\tUAH\n2026-03-13\tx\tShop\t-5.00\tUAH\n",
         "LR-2026-000005 Wind GmbH"),
        ("12.03.2026;LR-2026-000005;60,00;C\n13.03.2026;x;5,00;D\n", "LR-2026-000005"),
        ("Buchungsdatum;Partnername;Betrag;Währung;Buchungs-Details;Zahlungsreferenz\n"
         "12.03.2026;Wind GmbH;60,00;EUR;Überweisung;LR-2026-000005\n", "LR-2026-000005 Überweisung"),
    ],
)  # fmt: skip
def test_the_number_that_a_payer_wrote_is_read_wherever_it_stands(text: str, purpose: str) -> None:
    assert read(text).transfers[0].purpose == purpose


def test_cells_tell_a_column_of_currencies_or_states_whose_heading_does_not() -> None:
    text = (
        "Data;Operazione;Contabilizzazione;Valuta;Importo\n12/03/2026;LR-2026-000005;CONTABILIZZATO;EUR;60,00\n"
        "14/03/2026;Bonifico;NON CONTABILIZZATO;EUR;70,00\n"
    )
    found = read(text)
    assert [(str(one.amount), one.currency, one.purpose) for one in found.transfers] == [
        ("60.00", "EUR", "LR-2026-000005")
    ]
    assert "not booked yet" in found.bad[0].reason


def test_days_of_a_mixed_file_are_told_apart_by_what_stands_there() -> None:
    with pytest.raises(FileRefusedError, match="'25/03/2026' and '03/26/2026' cannot both be days of one file"):
        read("Date,Amount\n25/03/2026,60.00\n03/26/2026,61.00\n")


def test_a_statement_of_wise_puts_the_day_first() -> None:
    found = read("TransferWise ID,Date,Amount,Currency\nTRANSFER-1,12-03-2026,60.00,EUR\n")
    assert found.transfers[0].booked_on == date(2026, 3, 12)


def test_cyrillic_words_without_a_known_header_are_no_accented_latin_ones() -> None:
    found = read("12.03.2026;Оплата за послуги;60,00\n13.03.2026;Комісія;-5,00\n".encode("cp1251"))
    assert found.transfers[0].purpose == "Оплата за послуги"


def test_a_debit_that_came_back_is_known_by_the_words_of_more_banks() -> None:
    rows = "".join(f"12.03.2026;{text};-60,00\n" for text in ("SEPA-ELV-LASTSCHRIFT RETOURE", "Rückbuchung"))
    assert [one.taken for one in read(f"Buchungstag;Buchungstext;Betrag\n{rows}").transfers] == [True, True]


def test_the_companys_own_account_is_nobody_elses() -> None:
    text = "Datum;IBAN;Betrag\n12.03.2026;DE89 3704 0044 0532 0130 00;60,00\n13.03.2026;DE02120300000000202051;7,00\n"
    found = read(text, account="DE89370400440532013000")
    assert [one.payer_iban for one in found.transfers] == ["", "DE02120300000000202051"]


@pytest.mark.parametrize(
    ("above", "account"),
    [
        ("IBAN;DE89 3704 0044 0532 0130 00\nKunde;Wir GmbH\n", "DE89370400440532013000"),
        ('"Girokonto";"DE89370400440532013000"\n"Kontostand vom 21.11.2026:";"1.160,00 EUR"\n',
         "DE89370400440532013000"),
        ("Kontonummer:;532013000 / EUR\nKontostand vom 21.11.2026:;1.160,00\n", "532013000"),
        ("Nr rachunku: 61 1090 1014 0000 0712 1981 2874\n", "61109010140000071219812874"),
        ("#dotyczące rachunków:;\nmKonto - 61109010140000071219812874;\n", "61109010140000071219812874"),
        ("Виписка за рахунком UA213223130000026007233566001 за листопад\n", "UA213223130000026007233566001"),
        ("Account number:;0234 00103914.40;\nIBAN:;CH93 0076 2011 6238 5295 7;\n", "CH9300762011623852957"),
        ("Account name;Sort code;Account number\nMain;20-00-00;12345678\n", "12345678"),
        ("Umsätze Girokonto;Zeitraum: 30 Tage\nNeuer Kontostand;1.000,00 EUR\n", "OWN1"),
        ("Kreditkarte:;4748********1234\nKonto:;DE89 **** 3000\nBIC: DEUTDEFFXXX\nKundennummer: 1234567890\n", "OWN1"),
    ],
)  # fmt: skip
def test_the_companys_own_account_is_read_from_the_lines_above_the_rows(above: str, account: str) -> None:
    found = read(f"{above}\nDatum;Text;Betrag\n20.11.2026;x;60,00\n19.11.2026;y;-5,00\n")
    assert [one.account for one in found.transfers] == [account]


def test_a_known_account_is_recognised_by_the_number_it_has_within_its_country() -> None:
    own = ["DE89370400440532013000", "PL61109010140000071219812874"]
    for written in ("532013000", "37040044/0532013000", "0532013000/37040044"):
        assert spelt(written, own) == own[0]
    assert spelt("61109010140000071219812874", own) == own[1]
    assert spelt("13000", own) == "13000"
    # Which of two it is cannot be told; one that was confirmed as it is written stays so.
    assert spelt("0532013000", [*own, "DE02120300000532013000"]) == "0532013000"
    assert spelt("532013000", [*own, "532013000"]) == "532013000"


def test_a_file_of_several_accounts_is_asked_about() -> None:
    text = "IBAN;DE89370400440532013000\nIBAN;DE02120300000000202051\n\nDatum;Betrag\n20.11.2026;60,00\n"
    with pytest.raises(FileRefusedError, match="several accounts") as asked:
        read(text)
    assert asked.value.field == "account"
    assert read(text, account="DE02120300000000202051").transfers[0].account == "DE02120300000000202051"


@pytest.mark.parametrize(
    ("rows", "moved", "outgoing", "reasons"),
    [
        ("a;;60,00\nb;;-60,00\nc;5,00;\n", "60.00 -60.00", 1, []),
        ("Storno;;-60,00\n", "-60.00", 0, []),
        ("a;;-60,00\n", "", 0, ["-60.00 under 'Haben' is below zero"]),
        ("a;-5,00;\nb;-6,00;\nc;5,00;\n", "5.00 back", 2, []),
        ("a;5,00;\nb;6,00;\nc;-5,00;\n", "5.00 back", 2, []),
        ("a;5,00;\nb;-6,00;\n", "", 1, ["-6.00 under 'Soll' has another sign"]),
        ("a;5,00;60,00\n", "", 0, ["5.00 stands under 'Soll' and 60.00 under 'Haben'"]),
        ("a;5,00;0,00\nb;0,00;60,00\n", "60.00", 1, []),
    ],
)
def test_a_sum_of_the_other_sign_in_a_column_is_a_booking_undone_or_asked_about(
    rows: str, moved: str, outgoing: int, reasons: list[str]
) -> None:
    lines = "".join(f"20.11.2026;{row}\n" for row in rows.splitlines())
    found = read(f"Datum;Text;Soll;Haben\n{lines}")
    told = [f"{'-' * one.taken}{one.amount:.2f}{' back' * (one.reversal and not one.taken)}" for one in found.transfers]
    assert (" ".join(told), found.outgoing) == (moved, outgoing), found.bad
    assert [any(reason in bad.reason for reason in reasons) for bad in found.bad] == [True] * len(reasons)


@pytest.mark.parametrize(
    ("cell", "name", "account", "purpose"),
    [
        ("SEPA-Gutschrift IBAN: DE02120300000000202051 BIC: BYLADEM1001 SVWZ+LR-2026-000005 EREF+42 KREF+NOTPROVIDED",
         "", "DE02120300000000202051", "LR-2026-000005 SEPA-Gutschrift 42"),
        ("EREF+NOTPROVIDED SVWZ+RE LR-2026-000005 ABWA+Wind GmbH", "Wind GmbH", "", "RE LR-2026-000005"),
        ("Платник: ТОВ Вітер, код платника: 12345678, рахунок платника: UA213223130000026007233566001; "
         "Призначення: LR-2026-000005", "ТОВ Вітер", "UA213223130000026007233566001", "LR-2026-000005"),
        ("Nadawca: WIND SP. Z O.O. Rachunek nadawcy: 61 1090 1014 0000 0712 1981 2874 Tytułem: LR-2026-000005",
         "WIND SP. Z O.O.", "61109010140000071219812874", "LR-2026-000005"),
        ("Naam: Wind B.V. Omschrijving: LR-2026-000005 IBAN: NL91ABNA0417164300 Kenmerk: 77 Valutadatum: 20-11-2026",
         "Wind B.V.", "NL91ABNA0417164300", "LR-2026-000005 77"),
        ("/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/Wind B.V./REMI/LR-2026-000005/EREF/77",
         "Wind B.V.", "NL91ABNA0417164300", "LR-2026-000005 SEPA OVERBOEKING 77"),
        ("VIR SEPA RECU /DE WIND SAS /MOTIF LR-2026-000005 /REF 77", "WIND SAS", "",
         "LR-2026-000005 VIR SEPA RECU 77"),
        # What a payer wrote is no label of the bank's, and the number of an invoice no account.
        ("Рахунок: LR-2026-000005 від 20.11", "", "", "Рахунок: LR-2026-000005 від 20.11"),
        ("IBAN: DE89370400440532013000 LR-2026-000005", "", "", "LR-2026-000005"),
    ],
)  # fmt: skip
def test_parts_with_labels_within_a_cell_become_payer_account_and_purpose(
    cell: str, name: str, account: str, purpose: str
) -> None:
    (one,) = read(f"Datum\tBuchungstext\tBetrag\n20.11.2026\t{cell}\t60,00\n",
                  own=["DE89370400440532013000"]).transfers  # fmt: skip
    assert (one.payer_name, one.payer_iban) == (name, account)
    assert one.purpose == purpose


def test_a_row_that_is_read_in_more_detail_is_still_the_same_row() -> None:
    (one,) = read("Datum;Text;Betrag\n20.11.2026;Nadawca: WIND Tytułem: LR-2026-000005;60,00\n").transfers
    before = replace(one, payer_name="", purpose="Nadawca: WIND Tytułem: LR-2026-000005", unlabelled=())
    assert arrivals([one])[0].key == arrivals([before])[0].key
