"""Who may use which routes of tier 3."""

from __future__ import annotations

from services.chassis.http import allow

READERS = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor")]
SUPERVISOR = [allow("supervisor")]
SUPERVISION = [allow("supervisor", "ops")]
