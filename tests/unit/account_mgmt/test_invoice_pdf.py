"""Invoices on paper: long words wrap, and names in any script are printed, in the archived PDF, too."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from services.account_mgmt.documents.invoice_pdf import invoice
from tests.unit.account_mgmt.records import full_invoice

CODE = "SKU-AB12345678901234567890/2026-REV.17_FINAL-FINAL-2-AND-A-LITTLE-LONGER-THAN-ITS-COLUMN-OF-THE-PAGE"


@pytest.mark.parametrize("text", ["X" * 300, CODE, "深圳市物流有限公司 😀 Łódź", "ТОВ «" + "Довгаяназва" * 12 + "»"])
def test_an_invoice_prints_whatever_its_buyer_and_its_goods_are_called(text: str) -> None:
    full = full_invoice("uk")
    contact = full.buyer.contact.model_copy(update={"company": text})
    lines = [line.model_copy(update={"description": text}) for line in full.order.lines]
    full = replace(
        full,
        buyer=full.buyer.model_copy(update={"contact": contact}),
        order=full.order.model_copy(update={"lines": lines}),
    )
    for archive in (False, True):
        reader = PdfReader(io.BytesIO(invoice(full, archive=archive)))
        rows = "\n".join(page.extract_text() for page in reader.pages).split("\n")
        assert max(len(row) for row in rows) < 110
        assert "".join(rows).replace(" ", "").count(text.replace(" ", "")) >= 1
