"""Pairs of leads that may be one company."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.merges import GAPS, Merge, MergeChoice, choice_of, choose_quietly


class Pair(Record):
    """A pair as it is kept; `similarity` is the share of common trigrams of the names, 0 to 1."""

    id: str
    lead_a: str
    lead_b: str
    similarity: float
    reason: str
    state: str
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


class FreshLead(Record):
    """A lead that has not been compared with the others yet."""

    id: str
    company: str
    city: str | None
    created_at: datetime


class DuplicateOffer(Record):
    """A pair with both leads, and either the `result` of a merge or the `obstacle` to it."""

    pair: Pair
    a: Lead
    b: Lead
    keeps: str | None
    result: Lead | None
    obstacle: str | None


class LeadFacts(Record):
    """What else is known of a lead of a pair: calls made to it, its campaign, and whether it is banned as a whole."""

    id: str
    calls: int
    campaign: str | None
    banned: bool
    being_called: bool


class PairOnPage(Record):
    """A pair side by side. `choices`: what keeping either would do, by its id; `keeps`: the better one to keep.

    `merge` is what was done to a pair that was merged.
    """

    pair: Pair
    a: Lead
    b: Lead
    facts: dict[str, LeadFacts]
    choices: dict[str, MergeChoice]
    keeps: str | None
    merge: Merge | None = None

    @property
    def differ(self) -> list[str]:
        """Fields in which both say something, and not the same."""
        return [name for name in GAPS if _said(self.a, name) and _said(self.b, name) and not self._same(name)]

    @property
    def alike(self) -> list[str]:
        """Fields in which both say the same."""
        return [name for name in GAPS if _said(self.a, name) and self._same(name)]

    def _same(self, name: str) -> bool:
        return _said(self.a, name).casefold() == _said(self.b, name).casefold()


def _said(lead: Lead, name: str) -> str:
    return (getattr(lead, name) or "").strip()


def side_by_side(pair: Pair, a: Lead, b: Lead, facts: dict[str, LeadFacts], merge: Merge | None) -> PairOnPage:
    """A pair as a person decides on it."""
    choices = {}
    if pair.state == "open":
        for kept, gone in ((a, b), (b, a)):
            told = facts[gone.id]
            bans = told.banned and not facts[kept.id].banned
            choices[kept.id] = choice_of(kept, gone, calls=told.calls, bans=bans)
    return PairOnPage(pair=pair, a=a, b=b, facts=facts, choices=choices, keeps=choose_quietly(a, b), merge=merge)


class PairList(Record):
    """Pairs in one state, and how many are open."""

    state: str
    pairs: list[PairOnPage]
    more: bool
    open: int
