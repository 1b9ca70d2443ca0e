"""Why a lead is called or not."""

from __future__ import annotations

from services.chassis.http import Model
from services.lead_gen.domain.why import WhyLead


class Why(WhyLead, Model):
    """Why a lead would (not) be called. `callable` when it may be, and a campaign that runs takes or already has it."""
