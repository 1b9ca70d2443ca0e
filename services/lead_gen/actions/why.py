"""Why a lead is called or not, put together from the register, the criteria, the score, the window and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.chassis.contacts import phones
from services.chassis.db import Connection
from services.lead_gen.actions.scores import recipe_of
from services.lead_gen.domain.window import NoCallingDayError, is_open, next_open
from services.lead_gen.repository import campaigns, criteria, do_not_call, leads, scores, why
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.campaigns import Campaign
from services.lead_gen.schemas.why import (
    CallingWhy,
    CampaignWhy,
    NumberWhy,
    Reason,
    ScorePart,
    ScoreWhy,
    Why,
    WindowWhy,
)

# What the answer never shows in clear: it is contact data, and why does not need it.
_PRIVATE = ("email", "contact_name")


async def explain(conn: Connection, lead_id: str, campaign_id: str | None) -> Why:
    """The whole answer, for every campaign that runs or for one. Raises NotFound for the lead or the campaign."""
    lead = await leads.get(conn, lead_id)
    facts = await criteria.facts(conn, lead_id)
    asked = await _campaigns(conn, lead, campaign_id)
    answers = [await _campaign(conn, campaign, facts) for campaign in asked]
    general = await _general(conn, lead)
    return Why(
        lead_id=lead_id,
        callable=all(reason.verdict == "takes" for reason in general) and _somebody_calls(lead, answers),
        reasons=general + [_says_of_campaign(answer) for answer in answers] + _nobody(answers),
        campaigns=answers,
        score=await _score(conn, lead),
        window=await _window(conn, lead),
        numbers=[_number(number) for number in await why.numbers(conn, lead_id)],
        rest_until=lead.rest_until,
        in_calling=await _calling(conn, lead),
    )


def _reason(rule: str, takes: bool, text: str, value: Any = None) -> Reason:
    return Reason(rule=rule, verdict="takes" if takes else "leaves", text=text, value=value)


async def _general(conn: Connection, lead: leads.Lead) -> list[Reason]:
    free = lead.tier == "lead_gen" and lead.stage in ("new", "resting", "calling")
    resting = lead.stage == "resting" and (lead.rest_until is None or lead.rest_until > await why.now(conn))
    until = f" until {lead.rest_until.isoformat()}" if resting and lead.rest_until else ""
    callable_numbers = len(await leads.callable_phones(conn, lead.id))
    return [
        _reason("stage", free, f"The lead is {lead.stage} in {lead.tier}", lead.stage),
        _reason("rest", not resting, f"It rests{until}" if resting else "It is not resting"),
        _reason("do_not_call", not await do_not_call.forbidden(conn, lead.id), "The ledger and working numbers"),
        _reason("numbers", callable_numbers > 0, f"{callable_numbers} of {len(lead.phones)} numbers may be called"),
    ]


# Campaigns


async def _campaigns(conn: Connection, lead: leads.Lead, campaign_id: str | None) -> list[Campaign]:
    """The one asked for; else those that run, and the one that has the lead."""
    if campaign_id is not None:
        return [await campaigns.get(conn, campaign_id)]
    running = await why.running_campaigns(conn)
    if lead.campaign_id is not None and all(campaign.id != lead.campaign_id for campaign in running):
        running.append(await campaigns.get(conn, lead.campaign_id))
    return running


async def _campaign(conn: Connection, campaign: Campaign, facts: Mapping[str, Any]) -> CampaignWhy:
    found = None if campaign.criteria_id is None else await criteria.get(conn, campaign.criteria_id)
    reasons = []
    if found is not None:
        for kind, rules in (("include", found.include), ("exclude", found.exclude)):
            for n, rule in enumerate(rules):
                takes = rule.holds(facts) is (kind == "include")
                text = f"{kind}: {rule.says()}"
                reasons.append(_reason(f"{kind}[{n}]", takes, text, shown(rule.field, facts[rule.field])))
    takes = all(reason.verdict == "takes" for reason in reasons)
    return CampaignWhy(
        campaign_id=campaign.id,
        name=campaign.name,
        state=campaign.state,
        priority=campaign.priority,
        criteria=f"{found.name} version {found.version}" if found else "no criteria",
        criteria_id=campaign.criteria_id,
        criteria_version=found.version if found else None,
        verdict="takes" if takes else "leaves",
        reasons=reasons,
    )


def shown(field: str, value: Any) -> Any:
    """A fact as the answer shows it: numbers as numbers, contact data only as being there."""
    if field in _PRIVATE and value:
        return "(known)"
    return float(value) if isinstance(value, Decimal) else value


def _says_of_campaign(answer: CampaignWhy) -> Reason:
    wrong = [reason.text for reason in answer.reasons if reason.verdict == "leaves"]
    text = f"Campaign {answer.name} ({answer.state}), {answer.criteria}"
    return _reason(f"campaign:{answer.campaign_id}", not wrong, "; ".join([text, *wrong]))


def _nobody(answers: Sequence[CampaignWhy]) -> list[Reason]:
    return [] if answers else [_reason("campaign", False, "No campaign runs")]


def _somebody_calls(lead: leads.Lead, answers: Sequence[CampaignWhy]) -> bool:
    """A lead under way is called by its campaign to the end; any other needs a campaign that takes it."""
    for answer in answers:
        mine = lead.stage == "calling" and lead.campaign_id == answer.campaign_id
        if answer.state == "running" and (mine or (lead.stage != "calling" and answer.verdict == "takes")):
            return True
    return False


# Score, window, numbers, calling


async def _score(conn: Connection, lead: leads.Lead) -> ScoreWhy:
    carried = await why.score(conn, lead.id)
    if carried is None:
        return ScoreWhy(score=lead.score, version=None, score_id=None, name=None, kind=None, parts=[])
    recipe = await recipe_of(conn, carried.id)
    facts = await scores.lasting_facts(conn, lead.id)
    if recipe.model is not None:
        added = recipe.model.parts(facts)
        parts = [
            ScorePart(name=name, value=shown(name, facts[name]), adds=round(value, 4)) for name, value in added.items()
        ]
    else:
        parts = [
            ScorePart(
                name=weight.rule.says(),
                value=shown(weight.rule.field, facts[weight.rule.field]),
                adds=weight.points if weight.rule.holds(facts) else 0,
            )
            for weight in recipe.weights or []
        ]
    parts.sort(key=lambda part: -abs(part.adds))
    return ScoreWhy(
        score=lead.score,
        version=carried.version,
        score_id=carried.id,
        name=carried.name,
        kind=carried.kind,
        parts=parts,
    )


async def _window(conn: Connection, lead: leads.Lead) -> WindowWhy:
    version, policy = await policies.current(conn)
    now = await why.now(conn)
    try:
        opening = next_open(policy, lead.timezone, now)
    except NoCallingDayError:
        opening = None
    return WindowWhy(
        timezone=lead.timezone, open=is_open(policy, lead.timezone, now), next_open=opening, policy_version=version
    )


def _number(number: why.Number) -> NumberWhy:
    return NumberWhy(
        phone=phones.mask(number.phone),
        working=not number.bad,
        on_ledger=number.scope,
        on_ledger_since=number.at,
        callable=not number.bad and number.scope is None,
    )


async def _calling(conn: Connection, lead: leads.Lead) -> CallingWhy | None:
    if lead.tier != "lead_gen" or lead.stage != "calling":
        return None
    return CallingWhy(
        campaign_id=lead.campaign_id,
        attempts=lead.attempts,
        next_call_at=lead.next_call_at,
        leased=await why.is_leased(conn, lead.id),
    )
