"""The control room: the relay as a flow, and everything that keeps it from flowing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.chassis.lateness import Late
from services.chassis.records import Record
from services.chassis.standing import Standing
from services.ops.domain.late import LateList, without_told
from services.ops.domain.standing import TierNow
from services.ops.domain.trail import TrailLine
from services.ops.tiers import Missing
from workflows.contracts.base import Tier

STUCK = frozenset({"set_aside", "outbox", "queue", "away", "failed", "import", "mails"})
"""What waits for the machinery; everything else that is late waits for people."""
# What is drawn of a tier, in the order of its way: the stages of its records.
STAGES: Mapping[str, Sequence[str]] = {
    Tier.LEAD_GEN: ("new", "calling", "resting"),
    Tier.CONVERSION: ("offered", "accepted", "informing", "qualified", "meeting", "offer", "negotiating", "asleep"),
    Tier.ACCOUNT_MGMT: ("active", "at_risk", "lost"),
}


class Bar(Record):
    """How many records of a tier are in one of its stages; `share` of the fullest one, for the eye."""

    stage: str
    count: int
    share: float


class Passed(Record):
    """What went from tier to tier in the last 24 hours; none while tier 2 cannot say."""

    handed_over: int
    accepted: int
    inbound: int
    won: int
    lost: int
    win_back: int


class Room(Record):
    """Everything at one moment. `stuck` come first in `rows`, whole tiers before what follows from them."""

    at: datetime
    tiers: list[TierNow]
    rows: list[Late]
    more: bool
    lately: list[TrailLine]
    missing: list[Missing]
    passed: Passed | None

    def away(self, what: str) -> str | None:
        """Why a tier, or Temporal, does not answer; none if it does."""
        return next((one.why for one in self.missing if one.what == what), None)

    def of_tier(self, tier: str | None) -> list[Late]:
        """What is stuck or late in one tier, or in all of them."""
        return [one for one in self.rows if tier in (None, one.tier)]

    def called(self, companies: Mapping[str, str]) -> Room:
        """The same with what companies are called of which only the id was told."""
        rows = [
            one if one.company else one.model_copy(update={"company": companies.get(one.lead_id or "")})
            for one in self.rows
        ]
        return self.model_copy(update={"rows": rows})

    @property
    def is_empty(self) -> bool:
        """Whether no tier has a record of anybody yet; not while one of them cannot say."""
        return all(one.standing and not any(stage.count for stage in one.standing.stages) for one in self.tiers)

    def stuck_of(self, tier: str | None) -> int:
        """How many rows of one tier, or of all of them, wait for the machinery."""
        return sum(is_stuck(one) for one in self.of_tier(tier))

    def leads_of(self, tier: str | None) -> int:
        """How many leads these rows are about; several may be about one."""
        return len({one.lead_id for one in self.of_tier(tier) if one.lead_id})

    @property
    def stuck(self) -> int:
        """How many rows wait for the machinery."""
        return self.stuck_of(None)


def is_stuck(one: Late) -> bool:
    """Whether it waits for the machinery and not for people."""
    return one.kind in STUCK or one.by_workflow


def gathered(
    at: datetime, tiers: Sequence[TierNow], late: LateList, failed: Sequence[Late], lately: Sequence[TrailLine],
    missing: Sequence[Missing],
) -> Room:  # fmt: skip
    """One picture of all that was read. What the list of late things says of a failed workflow is told once."""
    rows = sorted(without_told(late.items, failed), key=lambda one: (not is_stuck(one), one.since))
    known = {one.what: one for one in (*missing, *late.missing)}
    standing = next((one.standing for one in tiers if one.tier == Tier.CONVERSION), None)
    return Room(
        at=at, tiers=list(tiers), rows=[*late.held_up, *failed, *rows], more=late.older is not None,
        lately=list(lately), missing=list(known.values()), passed=_passed(standing) if standing else None,
    )  # fmt: skip


def bars(tier: TierNow) -> list[Bar]:
    """A tier's stages with how many are in each."""
    if tier.standing is None:
        return []
    counts = {one.stage: one.count for one in tier.standing.stages}
    most = max((counts.get(stage, 0) for stage in STAGES[tier.tier]), default=0) or 1
    return [Bar(stage=one, count=counts.get(one, 0), share=counts.get(one, 0) / most) for one in STAGES[tier.tier]]


def _passed(standing: Standing) -> Passed:
    rates = {(rate.name, value): int(rate.value) for rate in standing.rates for value in rate.labels.values()}

    def begun(reason: str) -> int:
        return rates.get(("leadrelay_deals_begun_last_day", reason), 0)

    def accepted(reason: str) -> int:
        # Not every acceptance: a deal that goes from manager to manager is accepted by each of them.
        return rates.get(("leadrelay_deals_accepted_last_day", reason), 0)

    return Passed(
        handed_over=begun("interested") + begun("hard_question"),
        accepted=accepted("interested") + accepted("hard_question"),
        inbound=begun("inbound"),
        won=rates.get(("leadrelay_deals_closed_last_day", "won"), 0),
        lost=rates.get(("leadrelay_deals_closed_last_day", "lost"), 0),
        win_back=begun("win_back"),
    )
