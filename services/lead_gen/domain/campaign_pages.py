"""A campaign on its page: its pace, what became of its leads and calls, and who calls it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from services.chassis.records import Record
from services.chassis.statistics import wilson
from services.lead_gen.domain.callers import Caller
from services.lead_gen.domain.campaigns import Campaign, Selection
from services.lead_gen.domain.criteria import CriteriaVersion
from services.lead_gen.domain.floor import CampaignOnFloor
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.reports import CallerFigures, Funnel
from services.lead_gen.domain.scripts import ScriptName

Way = Literal["every", "chosen", "not"]


class CampaignCaller(Record):
    """A caller, and whether they may call a campaign: as every one, because they were chosen, or not."""

    caller: Caller
    way: Way


class CampaignPage(Record):
    """A campaign, its pace, by what it selects and is read, and who may call it."""

    campaign: Campaign
    pace: CampaignOnFloor
    criteria: CriteriaVersion | None
    script: ScriptName | None
    callers: list[CampaignCaller]
    policy: Policy


class Step(Record):
    """How many leads got so far, and their share of those who got to the step before, with its interval."""

    name: str
    leads: int
    share: float | None
    low: float | None
    high: float | None


class CampaignFigures(Record):
    """What a campaign came to: where its leads are, how far they got, how its calls ended, and by whom."""

    funnel: Funnel
    steps: list[Step]
    outcomes: dict[str, int]
    people: list[CallerFigures]
    names: dict[str, str]


class Choices(Record):
    """What a new campaign may be made of."""

    criteria: list[CriteriaVersion]
    scripts: list[ScriptName]
    callers: list[CampaignCaller]
    policy: Policy


class SelectionPage(Record):
    """Whom a campaign would call, and the languages of them that none of its callers speaks."""

    selection: Selection
    unspoken: list[str]


def ways(callers: Iterable[Caller], campaign_id: str | None) -> list[CampaignCaller]:
    """Whether each of these may call the campaign; a new one only those may call who may call every one."""
    return [
        CampaignCaller(
            caller=one,
            way="every" if not one.campaigns else "chosen" if campaign_id in one.campaigns else "not",
        )
        for one in callers
    ]


def steps_of(funnel: Funnel) -> list[Step]:
    """The funnel, from those who were called to those who bought, each step by the one before it."""
    found: list[Step] = []
    for name in ("called", "reached", "handed_over", "accepted", "won"):
        leads = int(getattr(funnel, name))
        before = found[-1].leads if found else 0
        interval = wilson(min(leads, before), before) if before else None
        found.append(
            Step(
                name=name,
                leads=leads,
                share=min(leads, before) / before if before else None,
                low=interval[0] if interval else None,
                high=interval[1] if interval else None,
            )
        )
    return found


def unspoken(selection: Selection, callers: Iterable[Caller]) -> list[str]:
    """Languages of its leads that none of these callers speaks, the most frequent first."""
    spoken = {language for caller in callers for language in caller.languages}
    return [language for language in selection.languages if language is not None and language not in spoken]
