"""Which products go together, learned from the purchases."""

from __future__ import annotations

from services.account_mgmt.repository import suggestions
from services.chassis.db import Connection
from workflows.contracts.fit_timing import LearnedPairs


async def learn_pairs(conn: Connection) -> LearnedPairs:
    """Recount which products are bought by the same customers; once a night."""
    return LearnedPairs(pairs=await suggestions.learn_pairs(conn))
