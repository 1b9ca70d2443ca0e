"""Tier 1's policy as forms."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.chassis.web.policy_forms.pages import PolicyEditor, policy_router
from services.lead_gen.actions.policies import add_policy
from services.lead_gen.desk.policy_words import KEPT, SECTIONS
from services.lead_gen.domain.policy import Policy
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.policies import NewPolicy


async def _publish(conn: Connection, policy: Policy, who: Principal) -> PolicyVersion:
    return await add_policy(conn, NewPolicy(body=policy.model_dump(mode="json")), who.person)


router = policy_router(
    PolicyEditor(
        policies=policies,
        base="/desk/settings/policy",
        sections=SECTIONS,
        kept=KEPT,
        publish=_publish,
    )
)
