"""How a customer wants their e-invoices."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.billing import EInvoice
from services.chassis.http import Body


class EInvoiceChoice(Body):
    """What goes with invoices by mail."""

    model_config = ConfigDict(json_schema_extra={"example": {"e_invoice": "factur-x"}})

    e_invoice: EInvoice = Field(description="`factur-x`: inside the PDF; `xml`: beside it; `none`: the PDF alone.")
