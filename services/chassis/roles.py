"""The roles of each service: a closed set. A token that claims another one is refused at the door of every route."""

from __future__ import annotations

from enum import StrEnum

from workflows.contracts.base import Tier


class Role(StrEnum):
    """What somebody is in the tier that their token names."""

    CALLER = "caller"
    SWITCHBOARD = "switchboard"
    MANAGER = "manager"
    ACCOUNT_MANAGER = "account_manager"
    SUPERVISOR = "supervisor"
    OPS = "ops"


ROLES: dict[str, tuple[Role, ...]] = {
    Tier.LEAD_GEN.value: (Role.CALLER, Role.SUPERVISOR, Role.SWITCHBOARD),
    Tier.CONVERSION.value: (Role.MANAGER, Role.SUPERVISOR),
    Tier.ACCOUNT_MGMT.value: (Role.ACCOUNT_MANAGER, Role.SUPERVISOR),
    "ops": (Role.OPS,),
}
"""By the tier of a token. Operators are nobody's staff: they have a tier of their own, and read in the others."""
