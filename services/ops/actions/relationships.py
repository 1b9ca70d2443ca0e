"""Who serves which client, put together from the three tiers."""

from __future__ import annotations

from services.chassis.serving import Served
from services.ops.domain.relationships import Client, Model, classic, three_tier
from services.ops.tiers import Missing, TierApis, TierAway, of_each
from workflows.contracts.base import Tier


async def read_relationships(
    tiers: TierApis, model: Model, *, limit: int, after: str | None = None
) -> tuple[list[Client], str | None, list[Missing]]:
    """Customers in order of opening, who serves them, the cursor of the next page, and what could not be asked.

    Nobody, if tier 3 is away: it knows who the customers are.
    """
    place = {"after": after} if after else {}
    try:
        page = await tiers.ask(Tier.ACCOUNT_MGMT, "GET", "/v1/customers", params={"limit": str(limit), **place})
    except TierAway as away:
        return [], None, [Missing(what=away.tier, why=str(away))]
    companies = [(one["id"], one["contact"]["company"]) for one in page["items"]]

    async def serving(tier: Tier) -> list[Served]:
        if not companies:
            return []
        ids = [("lead_id", lead_id) for lead_id, _ in companies]
        answer = await tiers.ask(tier, "GET", "/v1/serving", params=ids)
        return Served.of_all(answer["items"])

    served, missing = await of_each(serving)
    clients = three_tier(companies, served)
    return classic(clients) if model == "classic" else clients, page["next"], missing
