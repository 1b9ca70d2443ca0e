"""How long documents of sales are kept of a customer who was erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Years = Annotated[int, Field(ge=0, le=50, description="Years after the end of the year of issue.")]
# The year ends at different moments around the world: what was issued near its end is kept with the next one.
_MARGIN = timedelta(days=1)


class Retention(BaseModel):
    """For how many years the law makes the company keep each kind of document; ask your accountant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invoices: Years = 10
    credit_notes: Years = 10
    payments: Years = 10
    orders: Years = 6

    def kept_since(self, at: datetime) -> KeptSince:
        """From when on documents of each kind must still be there at this moment."""

        def begin(years: int) -> datetime:
            return datetime(at.year - years, 1, 1, tzinfo=UTC) - _MARGIN

        return KeptSince(begin(self.invoices), begin(self.credit_notes), begin(self.payments), begin(self.orders))


@dataclass(frozen=True)
class KeptSince:
    """The first moment of which documents of each kind are kept."""

    invoices: datetime
    credit_notes: datetime
    payments: datetime
    orders: datetime
