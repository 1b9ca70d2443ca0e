"""Callers: who they are, and whether and what they may call now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from services.chassis.records import Record
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import is_open


class CallerProfile(Record):
    """A caller as a supervisor describes them. No campaigns means every campaign."""

    id: str
    name: str
    languages: list[str]
    campaigns: list[str]
    daily_quota: int | None
    timezone: str
    extension: str | None = None


class Caller(CallerProfile):
    """One caller."""

    active: bool
    created_at: datetime


class Standing(Record):
    """Whether and what somebody may call now. Without a row they may call everything, by the role of their token."""

    known: bool = False
    active: bool = True
    languages: list[str] = Field(default_factory=list)
    campaigns: list[str] = Field(default_factory=list)
    quota_left: bool = True
    on_break: bool = False
    on_shift: bool = True

    @property
    def takes_fresh(self) -> bool:
        """May they be given leads that nobody has promised? What they promised themselves is theirs in any case."""
        return self.quota_left and self.on_shift


class Choice(Record):
    """What a caller's next call is chosen from: the groups that wait, and the ids of the campaigns that run."""

    standing: Standing
    groups: list[str]
    running: list[str]


def group_of(campaign_id: str, timezone: str, language: str) -> str:
    """The group in which a call waits: all calls of a group are open to the same callers at the same hours."""
    return f"{campaign_id}|{timezone}|{language}"


def speaks_one(standing: Standing, language: list[str]) -> bool:
    """Does this caller speak one of the languages of a group? One without any is open to everybody."""
    wanted = language[0].split(",") if language and language[0] else []
    return not wanted or not set(wanted).isdisjoint(standing.languages)


def callable_groups(
    waiting: Iterable[str], *, running: Iterable[str], standing: Standing, policy: Policy, now: datetime
) -> list[str]:
    """Of the groups that wait, those that this caller may call at this moment; `running` are ids of campaigns."""
    campaigns = set(running)
    if standing.campaigns:
        campaigns &= set(standing.campaigns)
    found = []
    for group in waiting:
        campaign, zone, *language = group.split("|")
        speaks = not standing.known or speaks_one(standing, language)
        if campaign in campaigns and speaks and is_open(policy, zone, now):
            found.append(group)
    return found
