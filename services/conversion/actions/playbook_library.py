"""Playbooks as the supervisor keeps them: written, tried on the deals of the last days, and started by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.conversion.actions.deals import now
from services.conversion.actions.playbook_stop import stop
from services.conversion.actions.playbooks import choose_playbook, start_playbook
from services.conversion.domain import playbooks as rules
from services.conversion.domain.deals import Deal
from services.conversion.domain.playbooks import Run, SavedPlaybook, Step, Trial
from services.conversion.domain.policy import Policy
from services.conversion.repository import deals, playbooks, templates
from services.conversion.repository.policies import policies
from services.conversion.schemas.playbooks import NewPlaybook

_TRIED_ON = timedelta(days=30)
_MOST_DEALS = 2_000
_MOST_PLAYBOOKS = 500


async def save_playbook(conn: Connection, new: NewPlaybook, who: Principal) -> SavedPlaybook:
    """Write the next version of a playbook. Raises Invalid with everything that is wrong at once."""
    wrong = rules.problems(new.body, await templates.names(conn))
    if wrong:
        raise Invalid("; ".join(f"{field}: {reason}" for field, reason in wrong), field=wrong[0][0])
    return await playbooks.add(conn, new.name, new.body, who.person)


async def try_playbook(conn: Connection, playbook_id: str) -> Trial:
    """Hold the deals of the last 30 days against a playbook's entry rules. Raises NotFound. Nothing is changed."""
    saved = await playbooks.get(conn, playbook_id)
    recent = await deals.offered_since(conn, now() - _TRIED_ON, _MOST_DEALS)
    verdicts = [(deal.id, rules.fits(saved.body, rules.facts_of(deal))) for deal in recent]
    return Trial(
        deals=len(recent),
        fitting=[deal_id for deal_id, rule in verdicts if rule is None],
        refused_by=dict(Counter(f"{rule.field} {rule.op}" for _, rule in verdicts if rule is not None)),
        main=due_times(saved.body.main, await policies.rules(conn), now(), None),
    )


async def start_named(conn: Connection, deal: Deal, name: str | None, who: Principal) -> Run:
    """Start the playbook of this name, or without one whichever fits the deal best.

    Raises Invalid on `name`, Conflict `no_playbook` when none fits, `playbook_runs` when one is at work on this lead.
    """
    if name is None:
        chosen = await choose_playbook(conn, deal)
        if chosen is None:
            raise Conflict("no playbook fits this deal", code="no_playbook")
    else:
        chosen = next((one for one in await playbooks.newest(conn, _MOST_PLAYBOOKS) if one.name == name), None)
        if chosen is None:
            raise Invalid(f"there is no playbook {name}", field="name")
    return await start_playbook(conn, deal, chosen, who.person)


async def stop_by_hand(conn: Connection, deal: Deal, who: Principal) -> Run:
    """Stop the playbook at work on a deal. Raises Conflict `no_playbook`."""
    if not await stop(conn, deal, f"stopped by {who.person}"):
        raise Conflict("no playbook is at work on this deal", code="no_playbook")
    return (await playbooks.of_deal(conn, deal.id))[0]


def due_times(
    steps: Sequence[Step], policy: Policy, at: datetime, last_contact: datetime | None
) -> list[tuple[Step, datetime]]:
    """When each of these steps would be due if each were done on time."""
    found = []
    since, touched = at, last_contact
    for step in steps:
        due = rules.due_at(
            step, since=since, last_contact=touched, min_gap=policy.playbook_min_gap, calendar=policy.calendar
        )
        since = policy.calendar.add(due, timedelta(0))
        touched = touched if step.kind == "wait" else since
        found.append((step, since))
    return found
