"""Who changed what of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from services.chassis.contacts.masks import mask_email, mask_phone
from services.chassis.records import Record


class CustomerEdit(Record):
    """One change: `changes` has for each field what it was and what it became."""

    id: str
    at: datetime
    by: str
    changes: dict[str, tuple[Any, Any]]

    def masked(self) -> Self:
        """The same with numbers and addresses masked."""
        shown = {name: (_mask(name, was), _mask(name, now)) for name, (was, now) in self.changes.items()}
        return self.model_copy(update={"changes": shown})


def _mask(name: str, value: Any) -> Any:
    if name == "phones" and value:
        return [mask_phone(phone) for phone in value]
    return mask_email(value) if name == "email" and value else value
