"""The roles of each service: a closed set, so that a misspelt one is refused where a token is made."""

from __future__ import annotations

from workflows.contracts.base import Tier

ROLES: dict[str, tuple[str, ...]] = {
    Tier.LEAD_GEN.value: ("caller", "supervisor", "switchboard", "ops"),
    Tier.CONVERSION.value: ("manager", "supervisor", "ops"),
    Tier.ACCOUNT_MGMT.value: ("account_manager", "supervisor", "ops"),
    "ops": ("ops",),
}
"""By the tier of a token; `ops` is the operators' own service."""
