"""Supply: whether tier 2 has enough until the callers' next shift."""

from __future__ import annotations

from services.chassis.http import Model
from services.lead_gen.domain.supply import Supply


class SupplyView(Supply, Model):
    """Whether tier 2 has enough until the callers' next shift."""
