"""What the list of invoices is asked for, as its address says it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from services.account_mgmt.domain.invoice_lists import InvoiceNumber, InvoiceQuery, View
from services.chassis.auth import Principal
from services.chassis.http import Id


class Asked(BaseModel):
    """The filters of the list. A form sends what was left empty, too."""

    model_config = ConfigDict(extra="ignore")

    view: View = "open"
    mine: bool | None = None
    customer_id: Id | None = None
    currency: Annotated[str, StringConstraints(pattern="^([A-Z]{3})?$")] = ""
    month: Annotated[str, StringConstraints(pattern=r"^(2\d{3}-(0[1-9]|1[0-2]))?$")] = ""
    q: str = Field(default="", max_length=40)
    after: str = Field(default="", max_length=1000)

    @field_validator("customer_id", mode="before")
    @classmethod
    def _empty(cls, value: str) -> str | None:
        return value or None

    def query(self, who: Principal, zone: ZoneInfo) -> InvoiceQuery:
        """The question; a month is one of the reader's calendar."""
        since, until = self._bounds(zone)
        return InvoiceQuery(
            view=self.view,
            customer_id=self.customer_id,
            manager=who.person if self.is_mine(who) else None,
            currency=self.currency or None,
            since=since,
            until=until,
        )

    def is_mine(self, who: Principal) -> bool:
        """Whether only one's own customers' are shown: an account manager's list begins with those."""
        if self.mine is None:
            return who.role == "account_manager" and self.customer_id is None
        return self.mine

    @property
    def number(self) -> InvoiceNumber | None:
        """The number that was searched for, if it can be one."""
        return InvoiceNumber.read(self.q)

    def _bounds(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        if not self.month:
            return None, None
        year, month = (int(part) for part in self.month.split("-"))
        following = (year + month // 12, month % 12 + 1)
        return datetime(year, month, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone)

    def address(self, **changes: str | bool | None) -> str:
        """The query string of the same list with these changes, from its first page on."""
        told = {**self.model_dump(exclude={"after"}), **changes}
        return urlencode(
            {
                name: int(value) if isinstance(value, bool) else value
                for name, value in told.items()
                if value not in (None, "")
            }
        )
