"""What an empty database of tier 2 begins with: a policy, mails, playbooks."""

from __future__ import annotations

from services.chassis.db import Connection
from services.conversion.domain.policy import PRESETS
from services.conversion.repository import playbooks, templates
from services.conversion.repository.policies import policies
from services.conversion.seed_texts import PLAYBOOKS, TEMPLATES

_BY = "seed"


async def seed(conn: Connection, policy: str) -> None:
    """Add the preset `policy` as version 1, mails and playbooks, each unless there is any; again, nothing changes."""
    await policies.add_first(conn, PRESETS[policy], _BY)
    if not await templates.names(conn):
        for name, words in TEMPLATES.items():
            for language, (subject, body) in words.items():
                await templates.add(conn, name, language, subject, body, _BY)
    if not await playbooks.newest(conn, 1):
        for name, playbook in PLAYBOOKS.items():
            await playbooks.add(conn, name, playbook, _BY)
