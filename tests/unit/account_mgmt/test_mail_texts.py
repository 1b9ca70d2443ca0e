"""Mails to customers: every language and step has its words, and none leaves a gap."""

from __future__ import annotations

import pytest

from services.account_mgmt.documents import mail_texts
from tests.unit.account_mgmt.records import full_invoice


@pytest.mark.parametrize(("language", "word"), [("en", "order"), ("uk", "замовлення"), ("ka", "order")])
def test_the_reminder_is_in_the_customers_language_or_english(language: str, word: str) -> None:
    text = mail_texts.nudge(
        language, name="Olena", seller="Wind Ltd", ago="30 days ago", what="Full truck", every="30 days"
    )
    assert word in text.subject.lower()
    assert "Full truck" in text.body
    assert text.body.rstrip().endswith("Wind Ltd")


@pytest.mark.parametrize("language", ["en", "uk"])
def test_each_step_of_dunning_is_firmer_and_names_number_sum_and_date(language: str) -> None:
    steps = [mail_texts.dunning(full_invoice(language), n) for n in (1, 2, 3, 9)]
    assert len({step.body for step in steps}) == 3
    for step in steps:
        assert "LR-1" in step.subject
        assert "120,00 UAH" in step.body
        assert "01.02.2026" in step.body
        assert "{" not in step.body
