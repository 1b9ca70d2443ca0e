"""Playbooks as the supervisor keeps them: written, and tried on the deals of the last days."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.conversion.actions.deals import now
from services.conversion.actions.teams import whose_deals
from services.conversion.domain import playbooks as rules
from services.conversion.domain.playbooks import SavedPlaybook, Trial
from services.conversion.repository import deals, playbooks, templates
from services.conversion.repository.policies import policies
from services.conversion.schemas.playbooks import NewPlaybook

_TRIED_ON = timedelta(days=30)
_MOST_DEALS = 2_000
_MOST_NAMES = 100


async def save_playbook(conn: Connection, new: NewPlaybook, who: Principal) -> SavedPlaybook:
    """Write the next version of a playbook. Raises Invalid with everything that is wrong at once."""
    wrong = rules.problems(new.body, await templates.names(conn))
    if wrong:
        raise Invalid("; ".join(f"{field}: {reason}" for field, reason in wrong), field=wrong[0][0])
    return await playbooks.add(conn, new.name, new.body, who.person)


async def playbook_names(conn: Connection) -> list[str]:
    """Names of the playbooks, in order."""
    return [one.name for one in await playbooks.newest(conn, _MOST_NAMES)]


async def try_playbook(conn: Connection, playbook_id: str, who: Principal) -> Trial:
    """Try a playbook's rules on the deals of the last 30 days that one may see; nothing changes. Raises NotFound."""
    saved = await playbooks.get(conn, playbook_id)
    recent = await deals.offered_since(conn, now() - _TRIED_ON, _MOST_DEALS, await whose_deals(conn, who))
    verdicts = [(deal.id, rules.fits(saved.body, rules.facts_of(deal))) for deal in recent]
    return Trial(
        deals=len(recent),
        fitting=[deal_id for deal_id, rule in verdicts if rule is None],
        refused_by=dict(Counter(f"{rule.field} {rule.op}" for _, rule in verdicts if rule is not None)),
        main=rules.due_times(saved.body.main, await policies.rules(conn), now(), None),
    )
