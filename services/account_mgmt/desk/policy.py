"""Tier 3's policy as forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.policies import publish_policy
from services.account_mgmt.desk.policy_words import KEPT, SECTIONS
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository.policies import policies
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.chassis.web.policy_forms.pages import PolicyEditor, policy_router


async def _publish(conn: Connection, policy: Policy, who: Principal) -> PolicyVersion:
    return await publish_policy(conn, policy.model_dump(mode="json"), who.person)


async def _bar(conn: Connection, who: Principal) -> Mapping[str, Any]:
    return {"bar": await read_bar(conn, who, datetime.now(UTC))}


router = policy_router(
    PolicyEditor(
        policies=policies,
        base="/desk/settings/policies",
        sections=SECTIONS,
        kept=KEPT,
        publish=_publish,
        bar=_bar,
    )
)
