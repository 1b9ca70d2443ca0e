"""The steps of payment reminders: those in force, what they were, and what typed ones lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.account_mgmt.actions.kinds import POLICY
from services.account_mgmt.actions.mail_templates import list_templates, show_words
from services.account_mgmt.actions.policies import publish_policy
from services.account_mgmt.actions.settings_index import DUNNING
from services.account_mgmt.documents.mail_texts import MailText
from services.account_mgmt.domain.dunning_plan import DunningMoment, dunning_plan
from services.account_mgmt.domain.mail_templates import MailKind, MailWords, dunning_kind
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository import supervisors
from services.account_mgmt.repository.policies import policies
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.chassis.policy_history import PolicyChange, changes_of, tag_of_parts, with_parts

_MOST_CHANGES = 50


@dataclass(frozen=True)
class DunningPage:
    """The steps in force with the tag of what a form is drawn with, and who changed them."""

    policy: Policy
    version: PolicyVersion
    seen: str
    changes: list[PolicyChange]
    names: Mapping[str, str]


@dataclass(frozen=True)
class DunningLook:
    """What becomes of an example's invoice, and the mail of each step in each language."""

    plan: list[DunningMoment]
    mails: Mapping[int, Mapping[str, MailText]]
    kinds: Mapping[int, MailKind]


async def read_dunning(conn: Connection) -> DunningPage:
    """The steps as of now."""
    version = await policies.newest(conn)
    return DunningPage(
        policy=await policies.rules(conn),
        version=version,
        seen=tag_of_parts(version.body, DUNNING),
        changes=await changes_of(conn, DUNNING, _MOST_CHANGES),
        names=await supervisors.names_of_staff(conn),
    )


def typed_policy(page: DunningPage, parts: Mapping[str, Any]) -> Policy:
    """The policy in force with these parts instead of its own. Raises Invalid with the field."""
    return policies.checked({**page.version.body, **parts})


async def look_at_dunning(conn: Connection, policy: Policy, now: datetime) -> DunningLook:
    """What these steps lead to."""
    plan = dunning_plan(policy, now, policy.timezone)
    levels = [one.level for one in plan if one.way in ("mail", "both", "post")]
    kinds = {level: dunning_kind(level) for level in levels}
    words = [one for one in await list_templates(conn) if one.kind in kinds.values()]
    texts: dict[MailKind, dict[str, MailText]] = {}
    for one in words:
        mail = MailWords(subject=one.subject, body=one.body)
        shown = await show_words(conn, one.kind, one.language, mail, named=True)
        texts.setdefault(one.kind, {})[one.language] = shown
    return DunningLook(plan=plan, mails={level: texts[kind] for level, kind in kinds.items()}, kinds=kinds)


async def publish_dunning(conn: Connection, who: Principal, policy: Policy, seen: str) -> None:
    """A new version of the policy with these steps. Raises Conflict (`changed_meanwhile`), Invalid."""
    told = policy.model_dump(mode="json", include=set(DUNNING))
    body = await with_parts(conn, POLICY, {name: told[name] for name in DUNNING}, seen)
    await publish_policy(conn, body, who.person)
