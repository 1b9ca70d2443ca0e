"""Who can be signed in as: the sample department's staff, and operators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from leadrelay.demo.people import ACCOUNT_MANAGERS, CALLERS, MANAGERS, SUPERVISOR, SUPERVISOR_NAME
from services.chassis.roles import ROLES, Role
from workflows.contracts.base import Tier


@dataclass(frozen=True)
class Person:
    """Somebody in one role. `name` is for people, `id` what the tokens say."""

    id: str
    name: str
    tier: str
    role: str

    @property
    def initials(self) -> str:
        """Two letters for where there is no room for a name."""
        return "".join(part[0] for part in self.name.split()[:2]).upper()


def _staff() -> Iterator[Person]:
    tiers = (
        (Tier.LEAD_GEN.value, Role.CALLER, CALLERS),
        (Tier.CONVERSION.value, Role.MANAGER, MANAGERS),
        (Tier.ACCOUNT_MGMT.value, Role.ACCOUNT_MANAGER, ACCOUNT_MANAGERS),
    )
    for tier, role, colleagues in tiers:
        yield from (Person(colleague.id, colleague.name, tier, role.value) for colleague in colleagues)
        yield Person(SUPERVISOR, SUPERVISOR_NAME, tier, Role.SUPERVISOR.value)
    yield Person("ops", "Operations", "ops", Role.OPS.value)


STAFF: Final = tuple(_staff())


def somebody(tier: str, role: str, person: str) -> Person | None:
    """This person in this role, of the staff or not; none for a role that the tier does not have."""
    known = next((one for one in STAFF if (one.tier, one.role, one.id) == (tier, role, person)), None)
    is_role = role in ROLES.get(tier, ())
    return known or (Person(person, person, tier, role) if is_role and 0 < len(person) <= 100 else None)
