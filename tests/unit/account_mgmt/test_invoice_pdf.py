"""Invoices on paper: long words wrap, and names in any script are printed, in the archived PDF, too."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from services.account_mgmt.documents.invoice_pdf import document
from services.account_mgmt.domain.issued_documents import IssuedDocument
from tests.unit.account_mgmt.records import full_invoice
from tests.unit.account_mgmt.test_e_invoice import BUYERS, issued, line

CODE = "SKU-AB12345678901234567890/2026-REV.17_FINAL-FINAL-2-AND-A-LITTLE-LONGER-THAN-ITS-COLUMN-OF-THE-PAGE"


@pytest.mark.parametrize("text", ["X" * 300, CODE, "深圳市物流有限公司 😀 Łódź", "ТОВ «" + "Довгаяназва" * 12 + "»"])
def test_an_invoice_prints_whatever_its_buyer_and_its_goods_are_called(text: str) -> None:
    said = full_invoice("uk").document
    buyer = said.buyer.model_copy(update={"name": text})
    lines = [line.model_copy(update={"description": text}) for line in said.lines]
    said = said.model_copy(update={"buyer": buyer, "lines": lines})
    for archive in (False, True):
        reader = PdfReader(io.BytesIO(document(said, archive=archive)))
        rows = "\n".join(page.extract_text() for page in reader.pages).split("\n")
        assert max(len(row) for row in rows) < 110
        assert "".join(rows).replace(" ", "").count(text.replace(" ", "")) >= 1


def words(said: IssuedDocument) -> list[str]:
    """The rows of its pages, narrow and fixed blanks as plain ones."""
    pages = PdfReader(io.BytesIO(document(said))).pages
    return [" ".join(row.split()) for page in pages for row in page.extract_text().split("\n")]


@pytest.mark.parametrize(
    ("language", "name", "whole"),
    [
        ("pl", "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe „Żółw i Spółka” Sp. z o.o.", "Usługowe"),
        ("de", "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz-Prüfung mbH & Co. KG", "Prüfung"),
        ("uk", "ТОВ «Міжнародна логістична компанія Схід-Захід» Експедиційнообслуговуюча", "логістична"),
    ],
)
def test_a_long_name_breaks_at_a_hyphen_or_a_syllable(language: str, name: str, whole: str) -> None:
    said = full_invoice(language).document
    said = said.model_copy(update={"buyer": said.buyer.model_copy(update={"name": name})})
    rows = words(said)
    assert any(whole in row for row in rows)
    # Put together again without its divisions, it is all there.
    assert name.replace(" ", "").replace("-", "") in "".join(rows).replace(" ", "").replace("-", "").replace(
        "\u2010", ""
    )


def test_lines_of_several_untaxed_kinds_say_which_they_are_and_why() -> None:
    buyer = BUYERS["in the Union"]
    sold = [line("100.00", "19", buyer), line("50.00", None, buyer), line("40.00", None, buyer, kind="product")]
    text = " ".join(words(issued(sold, buyer)))
    for part in ("0 % AE", "0 % K", "USt. 0 % AE (50,00)", "AE: Steuerschuldnerschaft", "K: Steuerfreie innergem"):
        assert part in text
    alone = " ".join(words(issued(sold[:2], buyer)))
    assert "AE" not in alone
    assert "Steuerschuldnerschaft des Leistungsempfängers" in alone


def test_an_invoice_names_the_day_of_supply_its_order_and_across_a_border_the_countries() -> None:
    abroad = issued([line("1.00", None, BUYERS["in the Union"])], BUYERS["in the Union"])
    text = " ".join(words(abroad))
    for part in ("Leistungsdatum", f"{abroad.supplied_on:%d.%m.%Y}", "Auftrag", abroad.order_number, "Österreich"):
        assert part in text
    assert "Deutschland" not in " ".join(words(issued([line("1.00", "19", BUYERS["at home"])])))


def test_yen_are_printed_without_decimals() -> None:
    said = issued([line("1200.00", "10", BUYERS["at home"])]).model_copy(update={"currency": "JPY"})
    text = " ".join(words(said))
    assert "1 320" in text
    assert f"{Decimal(1320):.2f}".replace(".", ",") not in text.replace(" ", "")
