"""Starting customer care for the customers of an import."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from workflows.contracts.base import ContactCard, Message
from workflows.contracts.care_policy import CarePolicy


class OpenCareInput(Message):
    """The customers of one import, after the customer `after`."""

    import_id: str
    after: str | None = None
    opened: int = 0
    starts_per_run: int = Field(default=400, ge=1, description="A start costs about four events of the history.")


class ReadUnopened(Message):
    """Ask for the next customers of an import."""

    import_id: str
    after: str | None = None


class ImportedCustomer(Message):
    """A customer whose care is to be opened."""

    customer_id: str
    segment: str = ""


class Unopened(Message):
    """The next customers, none when all are open. `pause` is how long to wait before the next ones, in seconds."""

    customers: list[ImportedCustomer] = Field(default_factory=list)
    pause: float = 1.0
    full: bool = Field(default=False, description="So many starts are under way that none is given: ask again.")


class AdoptAccount(Message):
    """Ask who looks after an existing customer, and when to remind it."""

    key: str
    workflow_id: str
    customer_id: str


class AdoptedAccount(Message):
    """The existing account."""

    account_manager: str | None
    next_nudge_at: datetime | None = None
    contact: ContactCard
    policy: CarePolicy = CarePolicy()
