"""Why a lead would be called, or not: every rule with its version, what it asks, and what the lead says to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.chassis.db import Connection
from services.lead_gen.domain.criteria import Rule
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import is_open, next_open
from services.lead_gen.repository import campaigns, criteria, do_not_call, leads, reference, scores
from services.lead_gen.repository.leads import Lead
from services.lead_gen.schemas.leads import Reason, Why
from services.lead_gen.scoring import recipe_of, score_of


async def explain(conn: Connection, lead_id: str, campaign_id: str | None) -> Why:
    """The reasons for the campaign asked for, for the one the lead is in, or for every running one."""
    lead = await leads.get(conn, lead_id)
    version, policy = await reference.policy(conn)
    facts = await criteria.facts(conn, lead_id)
    now = datetime.now(UTC)
    reasons = [*_standing(lead, now), await _ledger(conn, lead), _window(policy, version, lead, now)]
    chosen = campaign_id or (lead.campaign_id if lead.stage == "calling" else None)
    by_rules = []
    for one in [chosen] if chosen else await campaigns.running(conn, None):
        by_rules += await _campaign(conn, one, facts)
    reasons += [*by_rules, await _score(conn, lead)]
    # Any campaign that takes the lead is enough; without one nobody is called.
    taken = [r.campaign_id for r in by_rules if r.rule == "campaign" and r.verdict == "takes"]
    stands = all(r.verdict == "takes" for r in reasons if r.campaign_id is None)
    return Why(lead_id=lead_id, callable=stands and (bool(taken) or not by_rules), reasons=reasons)


def _reason(rule: str, takes: bool, text: str, **more: Any) -> Reason:
    return Reason(rule=rule, verdict="takes" if takes else "leaves", text=text, **more)


def _standing(lead: Lead, now: datetime) -> list[Reason]:
    here = lead.tier == "lead_gen" and lead.stage in ("new", "resting", "calling")
    told = [_reason("stage", here, f"The lead is {lead.stage.replace('_', ' ')} in {lead.tier}", value=lead.stage)]
    if lead.stage == "calling":
        due = f", the next call is due {lead.next_call_at:%Y-%m-%d %H:%M} UTC" if lead.next_call_at else ""
        told.append(_reason("cadence", True, f"It is being called already: {lead.attempts} attempts{due}"))
    if lead.rest_until is not None and lead.stage == "resting":
        rests = lead.rest_until > now
        told.append(_reason("rest", not rests, f"It {'rests' if rests else 'rested'} until {lead.rest_until:%Y-%m-%d}"))
    return told


async def _ledger(conn: Connection, lead: Lead) -> Reason:
    if await leads.callable_phones(conn, lead.id) and not await do_not_call.forbidden(conn, lead.id):
        return _reason("do_not_call", True, "It has a working number that the ledger does not forbid")
    return _reason("do_not_call", False, "No number is left: wrong, or forbidden by the do-not-call ledger")


def _window(policy: Policy, version: int, lead: Lead, now: datetime) -> Reason:
    if is_open(policy, lead.timezone, now):
        return _reason("window", True, "Its calling window is open now", version=version, value=lead.timezone)
    opens = next_open(policy, lead.timezone, now)
    text = f"Its calling window is shut and opens {opens:%Y-%m-%d %H:%M} UTC; the call waits until then"
    return _reason("window", True, text, version=version, value=lead.timezone)


async def _campaign(conn: Connection, campaign_id: str, facts: Mapping[str, Any]) -> list[Reason]:
    """Each rule of the campaign's criteria, and what they come to."""
    campaign = await campaigns.get(conn, campaign_id)
    rules, name = await criteria.of(conn, campaign.criteria_id)

    def asked(rule: Rule, include: bool) -> Reason:
        holds = rule.holds(facts)
        kind = "include" if include else "exclude"
        value = facts.get(rule.field)
        return _reason(
            name,
            holds is include,
            f"{kind}: {rule.says()}",
            campaign_id=campaign_id,
            value=None if value is None else str(value),
        )

    found = [asked(rule, True) for rule in rules.include] + [asked(rule, False) for rule in rules.exclude]
    takes = all(one.verdict == "takes" for one in found)
    text = f"Campaign {campaign.name} {'takes' if takes else 'leaves'} it by {name}"
    return [*found, _reason("campaign", takes, text, campaign_id=campaign_id)]


async def _score(conn: Connection, lead: Lead) -> Reason:
    """The score puts the lead in its place in the queue; it never leaves it out."""
    score_id = await scores.active_id(conn)
    if score_id is None:
        return _reason("score", True, "No score is active: leads are taken in order of their coming", value="0")
    recipe = await recipe_of(conn, score_id)
    facts = await scores.lasting_facts(conn, lead.id)
    value = score_of(recipe, facts)
    parts = [f"{one.rule.says()} {one.points:+g}" for one in recipe.weights or [] if one.rule.holds(facts)]
    text = f"Score {value} by {'; '.join(parts)}" if parts else f"Score {value}, learned from earlier calls"
    return _reason("score", True, text, version=recipe.version, value=str(value))
