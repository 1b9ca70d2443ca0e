"""Mails to customers: every language and step has its words, and none leaves a gap."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from services.account_mgmt.documents import mail_texts
from services.account_mgmt.documents.labels import LABELS
from services.account_mgmt.documents.standard_mails import LANGUAGES, standard
from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.document_facts import invoice_document
from services.account_mgmt.domain.mail_templates import KINDS, MailWords, faults, language_of
from tests.unit.account_mgmt.records import customer, full_invoice


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "order"), ("uk", "замовлення"), ("de", "bestellung"), ("pl", "zamówienie"), ("ka", "order")],
)
def test_the_reminder_is_in_the_customers_language_or_english(language: str, word: str) -> None:
    text = mail_texts.nudge(
        language, name="Olena", seller="Wind Ltd", ago="30 days ago", what="Full truck", every="30 days"
    )
    assert word in text.subject.lower()
    assert "Full truck" in text.body
    assert text.body.rstrip().endswith("Wind Ltd")


@pytest.mark.parametrize("language", ["en", "uk", "de", "pl"])
def test_each_step_of_dunning_is_firmer_and_names_number_sum_and_date(language: str) -> None:
    steps = [mail_texts.dunning(full_invoice(language), n) for n in (1, 2, 3, 9)]
    assert len({step.body for step in steps}) == 3
    for step in steps:
        assert "LR-1" in step.subject
        assert "120,00 UAH" in step.body
        assert "01.02.2026" in step.body
        assert "{" not in step.body


@pytest.mark.parametrize(
    ("language", "with_name", "without"),
    [
        ("en", "Dear Olena Koval,", "Dear Sir or Madam,"),
        ("uk", "Добрий день, Olena Koval!", "Добрий день, шановні партнери!"),
        ("de", "Guten Tag Olena Koval,", "Sehr geehrte Damen und Herren,"),
        ("pl", "Szanowni Państwo,", "Szanowni Państwo,"),
    ],
)
def test_a_letter_greets_formally_with_the_name_and_without_one(language: str, with_name: str, without: str) -> None:
    facts = {"name": "Olena Koval", "seller": "Wind Ltd", "number": "1", "open": "1", "due": "1"}
    assert mail_texts.write("invoice", language, facts, {}).body.startswith(with_name)
    assert mail_texts.write("invoice", language, {**facts, "name": None}, {}).body.startswith(without)


@pytest.mark.parametrize(
    ("language", "days", "ago", "length"),
    [
        ("en", 1, "1 day ago", "1 day"),
        ("de", 30, "vor 30 Tagen", "30 Tage"),
        ("pl", 22, "22 dni temu", "22 dni"),
        ("uk", 22, "22 дні тому", "22 дні"),
        ("uk", 30, "30 днів тому", "30 днів"),
    ],
)
def test_lengths_of_time_are_inflected_as_the_language_does(language: str, days: int, ago: str, length: str) -> None:
    assert mail_texts.spoken_ago(timedelta(days=days), language) == ago
    assert mail_texts.spoken_length(timedelta(days=days), language) == length


@pytest.mark.parametrize(
    ("language", "country", "seller", "written"),
    [("de", "PL", "UA", "de"), ("cs", "DE", "UA", "de"), ("cs", "CZ", "PL", "pl"), ("cs", "CZ", "CZ", "en")],
)
def test_the_language_is_the_customers_else_their_countrys_else_the_sellers(
    language: str, country: str, seller: str, written: str
) -> None:
    full = full_invoice(language)
    buyer = customer(language, billing=Billing(country=country))
    sold_by = full.seller.model_copy(update={"country": seller})
    assert language_of(buyer, sold_by, LANGUAGES) == written
    assert set(LANGUAGES) == set(LABELS)


def test_standard_words_keep_the_rules_that_ones_own_must_keep() -> None:
    for kind in KINDS:
        for language in LANGUAGES:
            words = standard(kind, language)
            assert words is not None
            assert list(faults(kind, words)) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "There is nothing to pay."), ("uk", "Сплачувати нічого не потрібно."), ("de", "Es ist nichts zu zahlen."),
     ("pl", "Nie ma nic do zapłaty.")],
)  # fmt: skip
def test_the_mail_of_an_invoice_of_which_nothing_is_open_asks_for_nothing(language: str, said: str) -> None:
    own = {language: MailWords(subject="{{number}}", body="Pay {{open}}.")}
    for full in (full_invoice(language, credited=Decimal(120)), full_invoice(language, paid=Decimal(120))):
        text = mail_texts.invoice(full, own)
        assert said in text.body and "0.00" not in text.body and "0,00" not in text.body


def test_ones_own_words_go_before_the_standard_ones() -> None:
    own = {"de": MailWords(subject="Ihre {{number}}", body="{{greeting}}\n\nZahlen Sie {{open}} an {{seller}}.")}
    text = mail_texts.invoice(full_invoice("de"), own)
    assert text.subject == "Ihre LR-1"
    assert text.body.startswith("Sehr geehrte Damen und Herren,\n\nZahlen Sie 120,00 UAH an ")
    assert mail_texts.invoice(full_invoice("pl"), own).subject == "Faktura LR-1"


def test_an_invoice_is_labelled_in_the_language_that_its_mail_is_written_in() -> None:
    full = full_invoice("cs")
    german = full.buyer.model_copy(update={"billing": Billing(country="DE")})
    said = [
        invoice_document(full.invoice, full.invoice.issued_at, full.order, buyer, full.seller, LANGUAGES)
        for buyer in (full.buyer, german)
    ]
    assert [one.language for one in said] == ["uk", "de"]
