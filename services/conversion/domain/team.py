"""The team as its supervisor sees it: who has what against what they may have, and which offers wait for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from services.conversion.domain.authority import Judgement, judge
from services.conversion.domain.duty import Duty, Figures
from services.conversion.domain.money import OfferLine, gross
from services.conversion.domain.offers import Offer, is_own_request
from services.conversion.domain.routing import Candidate
from services.conversion.domain.sale_money import ZERO
from workflows.contracts.conversion import Stage


class MemberRow(Figures):
    """A manager with what the records count of them; `offers` are leads that wait for their answer, until `answer_by`.

    `late` are deals whose next step is overdue, `meetings` those of today that were not cancelled.
    """

    id: str
    team: str | None
    stages: dict[Stage, int] = Field(default_factory=dict)
    late: int
    offers: int
    answer_by: datetime | None
    questions: int
    meetings: int


@dataclass(frozen=True)
class Member:
    """A manager on the team's page: `routed` is how the routing sees them, `share` what part of the offers they are due
    of those that everybody active gets; nobody inactive is due any."""

    row: MemberRow
    duty: Duty | None
    routed: Candidate
    had: float
    share: float

    @property
    def is_full(self) -> bool:
        """Whether the routing gives them nothing until they have room again."""
        return self.routed.load >= self.routed.capacity

    @property
    def fullness(self) -> float:
        """Their load against their limit, from 0 to 1 and above."""
        return self.routed.load / self.routed.capacity if self.routed.capacity else 1.0


@dataclass(frozen=True)
class Team:
    """Everybody, or those of one `team` of several; '' is the team of those who have none."""

    members: Sequence[Member]
    offers_counted: int
    days: int
    teams: Sequence[str] = ()
    team: str | None = None
    deciding: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)


COUNTED = ("deals", "late", "offers", "questions", "meetings")
"""What is added up of everybody."""


def team_of(
    found: Sequence[tuple[MemberRow, Duty | None]],
    routed: Sequence[Candidate],
    *,
    days: int,
    team: str | None = None,
    deciding: int = 0,
) -> Team:
    """The team of these rows, whoever has most to do first. A share is of all active managers, whatever the team."""
    seen = {one.id: one for one in routed}
    offers = sum(one.assigned for one in routed if one.active)
    due = sum(one.due for one in routed if one.active)
    members = [
        Member(
            row=row,
            duty=duty,
            routed=seen[row.id],
            had=seen[row.id].assigned / offers if offers else 0.0,
            share=seen[row.id].due / due if due and seen[row.id].active else 0.0,
        )
        for row, duty in found
        if row.id in seen
    ]
    teams = sorted({one.row.team or "" for one in members})
    known = team if team in teams and len(teams) > 1 else None
    members = [one for one in members if known is None or (one.row.team or "") == known]
    members.sort(key=lambda one: (not one.row.active, -one.row.late - one.row.questions, -one.fullness, one.row.id))
    sums = {name: sum(getattr(one.row, name) for one in members) for name in COUNTED}
    return Team(
        members=members, offers_counted=offers, days=days, teams=teams if len(teams) > 1 else (), team=known,
        deciding=deciding, sums=sums,
    )  # fmt: skip


class AskedOffer(Offer):
    """An offer above its maker's limit that waits for a decision, with whose deal it is."""

    company: str
    owner: str | None
    policy_version: int


@dataclass(frozen=True)
class Approval:
    """What is asked: the offer, how far it is below the catalogue, and the limit above which somebody else decides."""

    offer: AskedOffer
    judged: Judgement
    limit: Decimal

    def is_own(self, person: str) -> bool:
        """Whether this person may not decide on it."""
        return is_own_request(person, self.offer.created_by, self.offer.owner)

    @property
    def given_away(self) -> Decimal:
        """What it comes to below the catalogue, before tax; lines without a catalogue price count as they are asked."""
        return max(ZERO, sum((_at_list(line) for line in self.offer.lines), ZERO) - self.offer.net)

    @property
    def doubtful(self) -> Sequence[OfferLine]:
        """Lines at which somebody has to look, whatever their price."""
        return [line for line in self.offer.lines if line.needs_approval]


def _at_list(line: OfferLine) -> Decimal:
    return gross(line) if line.list_price is None else gross(line.model_copy(update={"unit_price": line.list_price}))


def approval_of(offer: AskedOffer, limit: Decimal) -> Approval:
    """An offer judged by the limit of managers under the rules of its deal."""
    return Approval(offer=offer, judged=judge(offer.lines, offer.discount_percent, limit), limit=limit)
