"""Layouts of banks and payment services that no list of headings knows: read by the words within their headings."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.account_mgmt.domain.bank import csv_columns, files
from services.account_mgmt.domain.bank.arrivals import arrivals
from services.account_mgmt.domain.bank.csv_states import state_of
from services.account_mgmt.domain.bank.csv_words import meaning
from services.account_mgmt.domain.bank.files import FileOptions
from services.account_mgmt.domain.bank.transfers import Parsed

DATA = Path(__file__).parents[2] / "data" / "bank_layouts.txt"


@dataclass(frozen=True)
class Layout:
    """A file as a bank writes it, and what it says."""

    name: str
    encoding: str
    money: str
    payer: str
    payer_iban: str
    account: str
    outgoing: int
    bad: int
    text: str


def layouts() -> list[Layout]:
    """Those of the data file: a line with what should be found, then the file itself."""
    found = []
    for part in DATA.read_bytes().decode().split("==== ")[1:]:
        head, _, text = part.partition("\n")
        name, encoding, money, payer, iban, account, outgoing, bad = (one.strip() for one in head.split("|"))
        found.append(Layout(name, encoding, money, payer, iban, account, int(outgoing), int(bad), text))
    return found


def read(text: str, encoding: str = "utf-8", **options: Any) -> Parsed:
    usual = FileOptions(format="auto", mapping=None, account="", currency="", default="OWN1")
    return files.read(io.BytesIO(text.encode(encoding)), replace(usual, **options))


@pytest.mark.parametrize("one", layouts(), ids=lambda one: one.name)
def test_a_layout_is_read_with_its_money_payer_and_purpose(one: Layout) -> None:
    found = read(one.text, one.encoding)
    (came,) = found.transfers
    assert f"{came.amount:.2f} {came.currency}" == one.money
    assert (came.payer_name, came.payer_iban, came.account) == (one.payer, one.payer_iban, one.account)
    assert (came.booked_on, came.reversal) == (date(2026, 11, 20), False)
    assert "2026-000005" in came.purpose
    assert (found.outgoing, len(found.bad)) == (one.outgoing, one.bad), found.bad


PAID = "Дата;Платник;Рахунок платника;Отримувач;Рахунок отримувача;Сума;Призначення\n"
OURS, THEIRS = "UA213348510000000026001234567", "UA213223130000026007233566001"
CAME = f"20.11.2026;ТОВ Вітер;{THEIRS};ТОВ Ми;{OURS};60,00;LR-2026-000005\n"
WENT = f"19.11.2026;ТОВ Ми;{OURS};ТОВ Струм;UA903052992990004149123456789;20,00;x\n"


@pytest.mark.parametrize("own", [(), (OURS,)])
def test_money_that_went_is_known_by_who_paid_it_where_sums_have_no_signs(own: tuple[str, ...]) -> None:
    found = read(PAID + CAME + WENT, own=own)
    assert [(one.amount, one.payer_name, one.payer_iban) for one in found.transfers] == [(60, "ТОВ Вітер", THEIRS)]
    assert found.outgoing == 1
    assert [one.account for one in found.transfers] == [OURS if own else "OWN1"]


def test_money_between_strangers_or_between_own_accounts_is_a_problem_and_not_booked() -> None:
    strangers = WENT.replace(OURS, "UA573543470006762462054925026")
    found = read(PAID + CAME + strangers, own=(OURS,))
    assert (len(found.transfers), found.outgoing) == (1, 0)
    assert [bad.reason for bad in found.bad] == ["nothing says whether this came or went"]


def test_an_account_that_stands_in_every_row_is_not_the_payers() -> None:
    rows = "".join(f"{day}.11.2026;LR-2026-000005;{sum_};{OURS}\n" for day, sum_ in ((20, "60,00"), (19, "-5,00")))
    short = read(f"Дата;Призначення;Сума;IBAN\n{rows}").transfers
    long = read(f"Дата;Призначення;Сума;IBAN\n{rows}18.11.2026;x;-7,00;{OURS}\n").transfers
    known = read(f"Дата;Призначення;Сума;IBAN\n{rows}", own=(OURS,)).transfers
    assert [(one.payer_iban, one.account) for one in short + long + known] == [("", "OWN1"), ("", OURS), ("", OURS)]


def test_an_account_that_is_another_in_every_row_is_the_payers_unless_it_is_known() -> None:
    rows = f"20.11.2026;Вітер;{THEIRS};60,00\n19.11.2026;Струм;UA903052992990004149123456789;-20,00\n"
    text = f"Дата;Контрагент;Рахунок;Сума\n{rows}"
    found = [*read(text).transfers, *read(text, own=(OURS,)).transfers, *read(text, own=(THEIRS,)).transfers]
    assert [(one.payer_iban, one.account) for one in found] == [(THEIRS, "OWN1")] * 2 + [("", THEIRS)]


def test_what_payers_write_says_nothing_of_the_way_their_money_went() -> None:
    rows = "20.11.2026;60,00;purchase order 5\n20.11.2026;70,00;sent by truck\n20.11.2026;80,00;credit for May\n"
    assert [one.amount for one in read(f"Datum;Betrag;Text\n{rows}").transfers] == [60, 70, 80]


def test_sums_in_hundredths_are_what_they_are() -> None:
    rows = "20.11.2026;106000;x\n19.11.2026;-2000;y\n"
    for heading in ("Сума, коп.", "Amount (cents)", "Kwota w groszach"):
        assert [one.amount for one in read(f"Date;{heading};Text\n{rows}").transfers] == [1060]
    assert [one.amount for one in read("Date;Amount (cents);Text\n20.11.2026;60,00;x\n").transfers] == [60]


def test_a_row_is_the_same_one_however_much_more_of_its_headings_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Buchungstag;Betrag;Name der Gegenpartei;Konto der Gegenpartei;Freitext\n"
    text += "20.11.2026;60,00;Wind GmbH;DE02120300000000202051;LR-2026-000005\n"
    (now,) = read(text).transfers
    assert (now.payer_name, now.payer_iban, now.purpose) == ("Wind GmbH", "DE02120300000000202051", "LR-2026-000005")
    monkeypatch.setattr("services.account_mgmt.domain.bank.csv_meanings.complete", lambda found: found)
    (before,) = read(text).transfers
    assert (before.payer_name, before.purpose) == ("", "")
    assert arrivals([now])[0].key == arrivals([before])[0].key


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Exécutée", "booked"), ("Geaccepteerd", "booked"), ("Udført", "booked"), ("Проведений", "booked"),
        ("Confirmed", "booked"), ("", "booked"), ("Oczekuje na realizację", "announced"), ("Reserverat", "announced"),
        ("nicht gebucht", "announced"), ("Не проведено", "announced"), ("На підписі", "announced"),
        ("En attente", "announced"), ("Refusée", "undone"), ("Geweigerd", "undone"), ("Odrzucono", "undone"),
        ("Payment failed", "undone"), ("Скасований", "undone"), ("Sikertelen", "undone"), ("Zrušená", "undone"),
        ("Wobbly", ""), ("42", ""),
    ],
)  # fmt: skip
def test_a_state_is_known_by_its_word_in_whatever_form(word: str, state: str) -> None:
    assert state_of(word) == state


@pytest.mark.parametrize(
    ("heading", "means"),
    [
        ("Nom de la contrepartie", "party"), ("IBAN de la contrepartie", "party account"), ("Saaja/Maksja", "party"),
        ("BIC der Gegenpartei", ""), ("Adresse de la contrepartie", ""), ("Банк контрагента", ""),
        ("Код ЄДРПОУ контрагента", "party tax"), ("Рахунок отримувача", "payee account"), ("Auftraggebername", "payer"),
        ("Zpráva pro příjemce", "purpose"), ("Name of account", ""), ("Rekeningnummer", "account"),
        ("Deebet/Kreedit", "both"), ("Ut fra konto", "debit"), ("Сума комісії", ""), ("Original amount", ""),
        ("Montant de l'opération", "amount"), ("Original currency", ""), ("Bokföringsdag", "date"),
        ("Due date", ""), ("Напрямок", "both"), ("accountbalance", ""), ("Statut", "state"),
    ],
)  # fmt: skip
def test_a_heading_means_what_its_words_say(heading: str, means: str) -> None:
    assert meaning(heading) == means


def test_the_headings_that_are_known_as_a_whole_come_first() -> None:
    rows = [(1, ["Date", "Name", "Payee", "Amount"]), (2, ["2026-11-20", "Wind", "Us", "60.00"])]
    found = csv_columns.find(rows, None)
    assert found is not None
    assert found.at["payer_name"] == 2


@pytest.mark.parametrize(
    ("sums", "moneys"),
    [("1.060,00 H|20,00 S", "1060.00"), ("1.060,00 EUR H|20,00 EUR S", "1060.00"), ("60.00 C|20.00 D", "60.00")],
)
def test_a_letter_behind_a_sum_says_which_way_it_went(sums: str, moneys: str) -> None:
    rows = "".join(f"20.11.2026;x;{one}\n" for one in sums.split("|"))
    found = read(f"Datum;Text;Betrag\n{rows}")
    assert (" ".join(f"{one.amount:.2f}" for one in found.transfers), found.outgoing) == (moneys, 1)


def test_rows_without_a_currency_are_in_that_of_the_legal_entity_whose_account_it_is() -> None:
    text = "IBAN;DE89370400440532013000\n\nDatum;Text;Betrag\n20.11.2026;x;60,00\n"
    currencies = {"DE89370400440532013000": "EUR"}
    found = [read(text), read(text, currencies=currencies), read(text, currencies=currencies, currency="USD")]
    assert [one.currency for file in found for one in file.transfers] == ["UAH", "EUR", "USD"]
    assert found[0].transfers[0].amount == Decimal(60)
