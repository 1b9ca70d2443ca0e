"""Why a lead is called or not: every rule, what it saw, and its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from services.chassis.contacts.masks import mask_phone
from services.chassis.records import Record
from services.lead_gen.domain.campaigns import Campaign
from services.lead_gen.domain.criteria import CriteriaVersion
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.scores import Recipe
from services.lead_gen.domain.window import is_open, next_open_if_any, zones_in

Verdict = Literal["takes", "leaves"]
# Contact data, which the answer does not need: never shown in clear.
_PRIVATE = ("email", "contact_name")


class Number(Record):
    """One number of a lead, and the ledger's entry for it."""

    phone: str
    bad: bool
    scope: Literal["phone", "company"] | None
    at: datetime | None


class Reason(Record):
    """One condition: what it saw, and whether it lets the lead be called."""

    rule: str
    verdict: Verdict
    text: str
    value: Any = Field(default=None, description="What the lead has there.")


class CampaignWhy(Record):
    """One campaign's verdict on the lead."""

    campaign_id: str
    name: str
    state: str
    priority: int
    criteria: str = Field(description="Name and version of the criteria; `no criteria` takes everybody.")
    criteria_id: str | None
    criteria_version: int | None
    verdict: Verdict
    reasons: list[Reason] = Field(description="Every rule of the criteria, in their order.")


class ScorePart(Record):
    """What one rule or one field adds: points, or for a learned score log-odds against not knowing the field."""

    name: str
    value: Any = None
    adds: float


class ScoreWhy(Record):
    """The lead's score and what made it."""

    score: float
    version: int | None = Field(description="Null while the lead has not been scored, or was edited since.")
    score_id: str | None
    name: str | None
    kind: Literal["weights", "learned"] | None
    parts: list[ScorePart]


class WindowWhy(Record):
    """The lead's calling window at this moment."""

    timezone: str | None = Field(description="Null while it is not known.")
    possible_zones: list[str] = Field(description="Zones it may be in while its own is not known; none for anywhere.")
    open: bool
    next_open: datetime | None = Field(description="Now if it is open; null if the policy leaves no calling day.")
    policy_version: int


class NumberWhy(Record):
    """One number of the lead, masked."""

    phone: str
    working: bool
    on_ledger: Literal["phone", "company"] | None
    on_ledger_since: datetime | None
    callable: bool


class CallingWhy(Record):
    """Where the lead is in cold calling now."""

    campaign_id: str | None
    attempts: int
    next_call_at: datetime | None
    leased: bool


class WaitingCall(Record):
    """The call that is open for a lead; a promised one is, for now, the caller's alone who promised it."""

    due: datetime
    leased: bool
    promised: bool


class WhyLead(Record):
    """Why a lead would (not) be called. `callable` when it may be, and a campaign that runs takes or already has it."""

    lead_id: str
    callable: bool
    callable_now: bool = Field(description="Whether a caller could be given it at this moment, or as soon as enrolled.")
    reasons: list[Reason] = Field(
        description="Reasons that hold for every campaign, what stands in the way at this moment, then each campaign."
    )
    campaigns: list[CampaignWhy]
    score: ScoreWhy
    window: WindowWhy
    numbers: list[NumberWhy]
    rest_until: datetime | None
    in_calling: CallingWhy | None


def reason(rule: str, takes: bool, text: str, value: Any = None) -> Reason:
    """The verdict of one rule."""
    return Reason(rule=rule, verdict="takes" if takes else "leaves", text=text, value=value)


def general_reasons(lead: Lead, *, forbidden: bool, callable_numbers: int, now: datetime) -> list[Reason]:
    """Reasons that hold for every campaign: the stage, the rest, the ledger, the numbers."""
    free = lead.tier == "lead_gen" and lead.stage in ("new", "resting", "calling")
    resting = lead.stage == "resting" and (lead.rest_until is None or lead.rest_until > now)
    until = f" until {lead.rest_until.isoformat()}" if resting and lead.rest_until else ""
    return [
        reason("stage", free, f"The lead is {lead.stage} in {lead.tier}", lead.stage),
        reason("rest", not resting, f"It rests{until}" if resting else "It is not resting"),
        reason("do_not_call", not forbidden, "The ledger and working numbers"),
        reason("numbers", callable_numbers > 0, f"{callable_numbers} of {len(lead.phones)} numbers may be called"),
    ]


def campaign_why(campaign: Campaign, criteria: CriteriaVersion | None, facts: Mapping[str, Any]) -> CampaignWhy:
    """A campaign's verdict on a lead with these facts, rule by rule."""
    reasons = []
    for place, rule in criteria.rules.named() if criteria else []:
        kind = place.partition("[")[0]
        takes = rule.holds(facts) is (kind == "include")
        reasons.append(reason(place, takes, f"{kind}: {rule.says()}", shown(rule.field, facts[rule.field])))
    takes_all = all(one.verdict == "takes" for one in reasons)
    return CampaignWhy(
        campaign_id=campaign.id,
        name=campaign.name,
        state=campaign.state,
        priority=campaign.priority,
        criteria=f"{criteria.name} version {criteria.version}" if criteria else "no criteria",
        criteria_id=campaign.criteria_id,
        criteria_version=criteria.version if criteria else None,
        verdict="takes" if takes_all else "leaves",
        reasons=reasons,
    )


def shown(field: str, value: Any) -> Any:
    """A fact as the answer shows it: numbers as numbers; of contact data, only that it is there."""
    if field in _PRIVATE and value:
        return "(known)"
    return float(value) if isinstance(value, Decimal) else value


def language_reason(lead: Lead, speakers: int | None) -> Reason:
    """Whether anybody may call this lead in its language; `speakers` is None where no callers are known."""
    spoken = lead.calling_languages.replace(",", ", ")
    its = "its language" if lead.language else f"one of {spoken}"
    text = f"{speakers} of the callers speak {its}" if speakers and spoken else "Any caller may call it"
    if speakers == 0:
        text = f"No caller of a campaign that would call it speaks {its}"
    if lead.language is None:
        text = f"Its language is not known. {text}"
    return reason("language", speakers != 0, text, lead.language)


def window_reason(window: WindowWhy) -> Reason:
    """Whether the lead's own hours let it be called at this moment."""
    opens = f"; it opens at {window.next_open.isoformat()}" if window.next_open else ""
    return reason("window", window.open, "Its window is open" if window.open else f"Its window is closed{opens}")


def queue_reason(call: WaitingCall | None, now: datetime) -> Reason:
    """Whether the call that is open for the lead could be given out at this moment."""
    if call is None:
        return reason("queue", False, "Its next call is not in the queue: it is being opened, or its answer on its way")
    if call.leased:
        return reason("queue", False, "Somebody is calling it")
    if call.due > now:
        return reason("queue", False, f"Its next call is due at {call.due.isoformat()}")
    if call.promised:
        return reason("queue", False, "It waits for the caller who has promised it")
    return reason("queue", True, "Its call is due")


def pace_reason(campaign: Campaign, obstacle: str | None) -> Reason:
    """Whether a campaign that takes the lead enrols anybody at this moment."""
    text = f"Campaign {campaign.name} enrols nobody now: {obstacle}" if obstacle else f"Campaign {campaign.name} enrols"
    return reason(f"pace:{campaign.id}", obstacle is None, text)


def campaign_reasons(answers: Sequence[CampaignWhy]) -> list[Reason]:
    """One reason per campaign, with the rules that exclude the lead; a single one if no campaign is running."""
    return [_of_campaign(answer) for answer in answers] or [reason("campaign", False, "No campaign runs")]


def _of_campaign(answer: CampaignWhy) -> Reason:
    wrong = [one.text for one in answer.reasons if one.verdict == "leaves"]
    if answer.state != "running":
        wrong.insert(0, f"it is {answer.state}: nobody calls for it")
    text = f"Campaign {answer.name} ({answer.state}), {answer.criteria}"
    return reason(f"campaign:{answer.campaign_id}", not wrong, "; ".join([text, *wrong]))


def calls_for(lead: Lead, answer: CampaignWhy) -> bool:
    """Does this campaign call the lead? One under way stays with its campaign; any other needs one that takes it."""
    mine = lead.stage == "calling" and lead.campaign_id == answer.campaign_id
    return answer.state == "running" and (mine or (lead.stage != "calling" and answer.verdict == "takes"))


def somebody_calls(lead: Lead, answers: Sequence[CampaignWhy]) -> bool:
    """Will any campaign call the lead?"""
    return any(calls_for(lead, answer) for answer in answers)


def stands_open(reasons: Sequence[Reason]) -> bool:
    """Does nothing stand in the way at this moment? Of several campaigns with room, one is enough."""
    by_pace = [one.verdict == "takes" for one in reasons if one.rule.startswith("pace:")]
    others = [one.verdict == "takes" for one in reasons if not one.rule.startswith("pace:")]
    return all(others) and (any(by_pace) or not by_pace)


def score_parts(recipe: Recipe, facts: Mapping[str, Any]) -> list[ScorePart]:
    """What a score is made of, the heaviest part first."""
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
    return sorted(parts, key=lambda part: -abs(part.adds))


def window_why(lead: Lead, version: int, policy: Policy, now: datetime) -> WindowWhy:
    """Whether the lead may be called now, and if not, when, by this version of the policy."""
    where = lead.calling_zones
    return WindowWhy(
        timezone=lead.timezone,
        possible_zones=[] if lead.timezone or not lead.zones else zones_in(where),
        open=is_open(policy, where, now),
        next_open=next_open_if_any(policy, where, now),
        policy_version=version,
    )


def place_reasons(lead: Lead, policy: Policy, now: datetime) -> list[Reason]:
    """What is not known of where the lead is, and whether it can be called all the same."""
    found = []
    if lead.timezone is None:
        opens = next_open_if_any(policy, lead.calling_zones, now)
        what = f"it may be in {len(zones_in(lead.calling_zones))} zones" if lead.zones else "it may be anywhere"
        then = (
            "is called only in hours that all of them share" if opens else "no calling hour is the same in all of them"
        )
        found.append(reason("time_zone", opens is not None, f"Its time zone is not known: {what}, {then}"))
    return found


def number_why(number: Number) -> NumberWhy:
    """Whether a number may be called."""
    return NumberWhy(
        phone=mask_phone(number.phone),
        working=not number.bad,
        on_ledger=number.scope,
        on_ledger_since=number.at,
        callable=not number.bad and number.scope is None,
    )
