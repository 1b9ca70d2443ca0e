"""Discounts and charges of a whole order: in tax, e-invoice, credit notes and commission, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.account_mgmt.actions.commission_events import order_event
from services.account_mgmt.documents import e_invoice
from services.account_mgmt.domain.allowances import AllowanceCharge
from services.account_mgmt.domain.invoices import amount_of_lines
from services.account_mgmt.domain.issued_documents import IssuedDocument, LineOnDocument
from services.chassis.errors import Invalid
from tests.unit.account_mgmt.test_e_invoice import BUYERS, check, credited, extra, found, issued, line, ordered
from workflows.contracts.base import Money


def test_discounts_and_charges_of_the_whole_order_are_in_the_data_and_in_the_tax_of_each_rate() -> None:
    lines = [line("200.00", "19", BUYERS["at home"]), line("100.00", "7", BUYERS["at home"])]
    said = issued(
        lines, extras=[extra("allowance", "10%", code="95", reason="Rabatt"), extra("charge", "30", code="FC")]
    )
    check(said)
    assert [(one.percent, one.net, one.tax) for one in said.taxes] == [
        (19, Decimal("200.00"), Decimal("38.00")), (7, Decimal("100.00"), Decimal("7.00")),
    ]  # fmt: skip
    head = "ApplicableHeaderTradeSettlement/SpecifiedTradeAllowanceCharge"
    assert found(said, f"{head}/ActualAmount") == ["20.00", "10.00", "20.00", "10.00"]
    assert found(said, f"{head}/BasisAmount") == ["200.00", "100.00"]
    assert found(said, f"{head}/ReasonCode") == ["95", "95", "FC", "FC"]
    sums = "SpecifiedTradeSettlementHeaderMonetarySummation"
    assert found(said, f"{sums}/LineTotalAmount") == ["300.00"]
    assert found(said, f"{sums}/AllowanceTotalAmount") == found(said, f"{sums}/ChargeTotalAmount") == ["30.00"]
    assert e_invoice.factur_x(said).startswith(b"%PDF")
    note = credited(said, "100.00")
    check(note)
    assert found(note, f"{head}/ActualAmount") == []


def test_freight_may_have_a_rate_of_its_own_and_an_exempt_line_keeps_its_reason() -> None:
    exempt = line("50.00", None, BUYERS["at home"], tax_category="E", tax_reason="VATEX-EU-132")
    said = issued([exempt], extras=[extra("charge", "10", "19"), extra("charge", "2")])
    check(said)
    assert [(one.category, one.net, one.reason_code) for one in said.taxes] == [
        ("S", Decimal("10.00"), ""), ("E", Decimal("52.00"), "VATEX-EU-132"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("extras", "field"),
    [
        ([extra("allowance", "100.01")], "allowance_charges[0].amount"),
        ([extra("allowance", "60%"), extra("allowance", "60%")], "allowance_charges[1].percent"),
        ([extra("charge", "50"), extra("allowance", "120")], "allowance_charges[1].amount"),
        ([extra("allowance", "1", "7")], "allowance_charges[0].tax_percent"),
        ([extra("charge", "5%", "7")], "allowance_charges[0].tax_percent"),
        ([extra("charge", "1", code="95")], "allowance_charges[0].reason_code"),
        ([extra("allowance", "1", code="FC")], "allowance_charges[0].reason_code"),
        ([extra("charge", "-1")], "allowance_charges[0].amount.amount"),
        ([extra("charge", "1").model_copy(update={"percent": Decimal(1)})], "allowance_charges[0].amount"),
        ([extra("charge", "1").model_copy(update={"amount": None})], "allowance_charges[0].amount"),
        ([extra("charge", "1").model_copy(update={"amount": Money(amount=Decimal(1), currency="UAH")})],
         "allowance_charges[0].amount.currency"),
        ([extra("charge", "99999999999999")], "allowance_charges"),
    ],
)  # fmt: skip
def test_what_cannot_be_off_or_on_top_of_an_order_is_refused_by_its_field(
    extras: list[AllowanceCharge], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ordered([line("100.00", "19", BUYERS["at home"])], *extras)
    assert refused.value.field == field


def test_charges_earn_no_commission_and_discounts_lessen_it() -> None:
    order = ordered([line("100.00", "19", BUYERS["at home"])], extra("allowance", "10%"), extra("charge", "25"))
    assert (order.sold, order.total - order.tax) == (Decimal("90.00"), Decimal("115.00"))
    event = order_event(order, "galina")
    assert (event.amount.amount, event.total.amount) == (Decimal("90.00"), order.total)
    assert event.number == order.number


def test_charges_of_lines_earn_no_commission_whatever_the_order_is_discounted_by() -> None:
    charged = line("100.00", "19", BUYERS["at home"], charges=[("FC", "20.00")])
    assert ordered([charged]).sold == Decimal("100.00")
    assert ordered([charged], extra("allowance", "10%")).sold == Decimal("88.00")
    assert ordered([charged], extra("allowance", "100%")).sold == 0


def test_a_line_is_credited_with_its_charges() -> None:
    charged = line("100.00", "19", BUYERS["at home"], charges=[("FC", "20.00")])
    order = ordered([charged, line("10.00", "19", BUYERS["at home"])])
    assert amount_of_lines(order, [1]) == Decimal("142.80")
    assert amount_of_lines(order, [1, 2]) == order.total


def test_a_line_is_credited_with_what_was_paid_for_it_and_all_parts_with_all_of_it() -> None:
    lines = [line(net, "19", BUYERS["at home"]) for net in ("33.33", "33.33", "33.34")]
    order = ordered(lines, extra("allowance", "10"), extra("charge", "7.77"))
    assert amount_of_lines(order, [1]) == Decimal("35.70")
    assert amount_of_lines(order, [4]) == Decimal("9.25")
    assert amount_of_lines(order, [1, 2, 3, 4]) == order.total
    with pytest.raises(Invalid):
        amount_of_lines(order, [5])


def test_a_document_from_before_discounts_of_whole_orders_is_what_it_was() -> None:
    said = issued([line("10.00", "19", BUYERS["at home"])])
    old = IssuedDocument.of({k: v for k, v in said.model_dump(mode="json").items() if k != "allowance_charges"})
    old = old.model_copy(
        update={"lines": [LineOnDocument.of({k: v for k, v in one if k != "charges"}) for one in old.lines]}
    )
    assert old == said
    assert e_invoice.xml(old) == e_invoice.xml(said)
    assert found(old, "AllowanceTotalAmount") == ["0.00"]
