"""What a line comes to on the desk is what its invoice will say, in every currency."""

from __future__ import annotations

from decimal import Decimal

from services.account_mgmt.domain.order_drafts import DraftLine, show_line
from services.account_mgmt.domain.tax_categories import Parties


def test_a_line_is_rounded_to_the_minor_unit_of_its_currency() -> None:
    line = DraftLine(key="free:0", description="Truck", quantity="1,5", unit_price=Decimal(101), tax_percent=Decimal(8))
    shown = {
        currency: show_line(line, None, language="en", currency=currency, parties=Parties("UA"), before={}).priced
        for currency in ("JPY", "EUR")
    }
    assert [(one.net, one.tax) for one in shown.values() if one] == [
        (Decimal(152), Decimal(12)),
        (Decimal("151.50"), Decimal("12.12")),
    ]
