"""Invoices on paper: long words wrap, and names in any script are printed, in the archived PDF, too."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from services.account_mgmt.documents.invoice_pdf import document
from tests.unit.account_mgmt.records import full_invoice

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
