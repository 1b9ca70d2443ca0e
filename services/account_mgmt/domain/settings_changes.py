"""What somebody changed of a product or of a legal entity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from services.chassis.records import Record

Kind = Literal["product", "legal_entity"]
# They change with every other field, or are no field of the thing.
_BOOKKEEPING = frozenset({"version", "created_at", "updated_at", "price"})


class SettingsChange(Record):
    """One change by one person: what became different, as it was and as it is since."""

    kind: Kind
    thing: str
    by: str
    at: datetime
    was: dict[str, Any]
    became: dict[str, Any]

    @property
    def fields(self) -> list[str]:
        """What became different."""
        return sorted({*self.was, *self.became})


def difference(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of two states that differ, as they were and as they are."""
    names = [name for name in now if name not in _BOOKKEEPING and was.get(name) != now[name]]
    return {name: was[name] for name in names if name in was}, {name: now[name] for name in names}
