"""How the tiers stand."""

from __future__ import annotations

from services.chassis.http import Model
from services.ops.domain.standing import TierNow
from services.ops.tiers import Missing


class TiersNow(Model):
    """Every tier now; there are three, so there is one page. `missing` names what could not be asked."""

    items: list[TierNow]
    next: None = None
    missing: list[Missing]
