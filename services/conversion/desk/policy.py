"""Tier 2's policy as forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.policy_forms.pages import People, PolicyEditor, policy_router
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.policies import check_people, people_to_name, publish_policy
from services.conversion.desk.policy_words import KEPT, SECTIONS
from services.conversion.repository.policies import policies


async def _people(conn: Connection, who: Principal) -> People:
    managers, supervisors = await people_to_name(conn, who)
    return {"overflow_owner": managers, "approval_escalate_to": supervisors}


async def _bar(conn: Connection, who: Principal) -> Mapping[str, Any]:
    return {"bar": await desk_bar(conn, who)}


router = policy_router(
    PolicyEditor(
        policies=policies,
        base="/desk/settings/policies",
        sections=SECTIONS,
        kept=KEPT,
        check=check_people,
        publish=publish_policy,
        people=_people,
        bar=_bar,
    )
)
