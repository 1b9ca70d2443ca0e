"""What a plan takes from tier 2: counts of deals, and what the rules pay."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.db import Connection
from services.conversion.actions.deals import now
from services.conversion.domain.rates import Rates, Shares
from services.conversion.repository import rates
from services.conversion.repository.policies import policies


async def read_rates(conn: Connection, days: int) -> Rates:
    """Of the last days, with the commission that is in force."""
    end = now()
    paid = (await policies.rules(conn)).commission
    shares = {name: float(getattr(paid, name)) / 100 for name in ("sourced", "closed", "kept")}
    return Rates(**dict(await rates.counts(conn, end - timedelta(days=days), end)), commission=Shares(**shares))
