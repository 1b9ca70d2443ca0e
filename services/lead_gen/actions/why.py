"""Why a lead is called or not, put together from the register, the criteria, the score, the window and the ledger."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.actions.pace import look_at, read_house
from services.lead_gen.actions.scores import recipe_of
from services.lead_gen.domain.campaigns import Campaign
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.why import (
    CallingWhy,
    CampaignWhy,
    Reason,
    ScoreWhy,
    WhyLead,
    WindowWhy,
    calls_for,
    campaign_reasons,
    campaign_why,
    general_reasons,
    language_reason,
    number_why,
    pace_reason,
    place_reasons,
    queue_reason,
    score_parts,
    somebody_calls,
    stands_open,
    window_reason,
    window_why,
)
from services.lead_gen.repository import calls, campaigns, clock, criteria, do_not_call, enrolment, leads, scores, why
from services.lead_gen.repository.policies import policies


async def explain(conn: Connection, lead_id: str, campaign_id: str | None) -> WhyLead:
    """The whole answer, for every campaign that runs or for one. Raises NotFound for the lead or the campaign."""
    lead = await leads.get(conn, lead_id)
    answers = await _campaigns(conn, lead, campaign_id)
    window = await _window(conn, lead)
    general = [*await _general(conn, lead), await _language(conn, lead, answers)]
    may_be = all(one.verdict == "takes" for one in general) and somebody_calls(lead, answers)
    now = [window_reason(window), *await _queue(conn, lead, answers)]
    return WhyLead(
        lead_id=lead_id,
        callable=may_be,
        callable_now=may_be and stands_open(now),
        reasons=general + now + campaign_reasons(answers),
        campaigns=answers,
        score=await _score(conn, lead),
        window=window,
        numbers=[number_why(number) for number in await why.numbers(conn, lead_id)],
        rest_until=lead.rest_until,
        in_calling=await _calling(conn, lead),
    )


async def _general(conn: Connection, lead: Lead) -> list[Reason]:
    now = await clock.now(conn)
    general = general_reasons(
        lead,
        forbidden=await do_not_call.forbidden(conn, lead.id),
        callable_numbers=len(await leads.callable_phones(conn, lead.id)),
        now=now,
    )
    return general + place_reasons(lead, await policies.rules(conn), now)


async def _campaigns(conn: Connection, lead: Lead, campaign_id: str | None) -> list[CampaignWhy]:
    facts = await criteria.facts(conn, lead.id)
    found = []
    for campaign in await _asked(conn, lead, campaign_id):
        version = None if campaign.criteria_id is None else await criteria.get(conn, campaign.criteria_id)
        found.append(campaign_why(campaign, version, facts))
    return found


async def _language(conn: Connection, lead: Lead, answers: list[CampaignWhy]) -> Reason:
    """Whether anybody speaks the lead's language, of those who may call for a campaign that would call it."""
    concerned = [one.campaign_id for one in answers if calls_for(lead, one)]
    speakers = await why.speakers(conn, lead.spoken, concerned) if concerned else None
    return language_reason(lead, speakers)


async def _queue(conn: Connection, lead: Lead, answers: list[CampaignWhy]) -> list[Reason]:
    """Of a lead under way, its open call; of any other, whether the campaigns that take it have room."""
    if lead.tier == "lead_gen" and lead.stage == "calling":
        return [queue_reason(await why.open_call(conn, lead.id), await clock.now(conn))]
    policy = await policies.rules(conn)
    found = []
    for answer in answers:
        if calls_for(lead, answer):
            campaign = await campaigns.get(conn, answer.campaign_id)
            pace = await enrolment.pace(conn, campaign.id)
            look = await look_at(conn, campaign, pace.waiting, await read_house(conn, policy))
            in_flight = await enrolment.in_flight(conn, campaign.id, look.reach)
            found.append(pace_reason(campaign, look.obstacle(in_flight, lead.spoken)))
    return found


async def _asked(conn: Connection, lead: Lead, campaign_id: str | None) -> list[Campaign]:
    """The one asked for; else those that run, and the one that has the lead."""
    if campaign_id is not None:
        return [await campaigns.get(conn, campaign_id)]
    running = await campaigns.running(conn)
    if lead.campaign_id is not None and all(campaign.id != lead.campaign_id for campaign in running):
        running.append(await campaigns.get(conn, lead.campaign_id))
    return running


async def _score(conn: Connection, lead: Lead) -> ScoreWhy:
    carried = await scores.carried(conn, lead.id)
    if carried is None:
        return ScoreWhy(score=lead.score, version=None, score_id=None, name=None, kind=None, parts=[])
    recipe = await recipe_of(conn, carried.id)
    facts = await scores.lasting_facts(conn, lead.id)
    return ScoreWhy(
        score=lead.score,
        version=carried.version,
        score_id=carried.id,
        name=carried.name,
        kind=carried.kind,
        parts=score_parts(recipe, facts),
    )


async def _window(conn: Connection, lead: Lead) -> WindowWhy:
    version, policy = await policies.current(conn)
    return window_why(lead, version, policy, await clock.now(conn))


async def _calling(conn: Connection, lead: Lead) -> CallingWhy | None:
    if lead.tier != "lead_gen" or lead.stage != "calling":
        return None
    return CallingWhy(
        campaign_id=lead.campaign_id,
        attempts=lead.attempts,
        next_call_at=lead.next_call_at,
        leased=await calls.is_leased(conn, lead.id),
    )
