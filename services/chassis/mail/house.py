"""The house's own address: what every mail comes from, and who calls every meeting. Told once, as a process starts."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr

from services.chassis.settings.fields import DEV_MAIL_FROM


@dataclass(frozen=True)
class House:
    """A name and an address, e.g. `Leadrelay` and `sales@leadrelay.example`."""

    name: str
    address: str

    @classmethod
    def of(cls, mail_from: str) -> House:
        """From the setting `MAIL_FROM`, `Name <address>` or an address alone."""
        return cls(*parseaddr(mail_from))


_at_home = [House.of(DEV_MAIL_FROM)]


def tell_house(mail_from: str) -> None:
    """Say who the house is; for whoever puts a process together."""
    _at_home[0] = House.of(mail_from)


def house() -> House:
    """Who the house is."""
    return _at_home[0]
