"""Where everything is below the one origin, and whose desk is where."""

from __future__ import annotations

from typing import Final

from workflows.contracts.base import Tier

PREFIXES: Final = {
    Tier.LEAD_GEN.value: "/lead-gen",
    Tier.CONVERSION.value: "/conversion",
    Tier.ACCOUNT_MGMT.value: "/accounts",
    "ops": "/ops",
}
"""The front door takes these off again: a service sees its own paths only."""
ACCENTS: Final = {
    Tier.LEAD_GEN.value: "gen",
    Tier.CONVERSION.value: "conv",
    Tier.ACCOUNT_MGMT.value: "acct",
    "ops": "ops",
}
DESKS: Final[dict[tuple[str, str], str]] = {
    (Tier.LEAD_GEN.value, "caller"): "/lead-gen/desk/",
    (Tier.LEAD_GEN.value, "supervisor"): "/lead-gen/desk/floor",
    (Tier.CONVERSION.value, "manager"): "/conversion/desk/",
    (Tier.CONVERSION.value, "supervisor"): "/conversion/desk/",
    (Tier.ACCOUNT_MGMT.value, "account_manager"): "/accounts/desk/",
    (Tier.ACCOUNT_MGMT.value, "supervisor"): "/accounts/desk/portfolio",
    ("ops", "ops"): "/ops/desk/",
}
"""(tier, role) to the page where these people begin their day."""


def prefix_of(tier: str | None) -> str:
    """What stands before the paths of this service in a browser."""
    return PREFIXES[tier or "ops"]


def local_path(asked: str | None) -> str:
    """The path of this origin that somebody wanted to see, or `/`: never an address of another site."""
    if not asked or len(asked) > 2000 or not asked.startswith("/") or asked[1:2] in {"/", "\\"}:
        return "/"
    return asked if asked.isprintable() and "\\" not in asked else "/"
