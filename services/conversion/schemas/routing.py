"""Bodies about routing: who would get a lead, and what a changed rule would do."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import Field

from services.chassis.http import Body, Model
from services.chassis.meanings import Language
from services.conversion.domain.routing import RuleTrial, Wanted
from services.conversion.schemas.common import PersonId, Short, example
from services.conversion.schemas.managers import Languages, Names, Weight

Days = Annotated[int, Field(ge=1, le=90)]
_MOVES_SHOWN = 50


class LeadAsked(Body):
    """A lead as routing sees it. What is not given excludes nobody."""

    model_config = example(language="uk", segment="steel", region="Lviv", products=["FTL-UA"])

    language: Language | None = None
    segment: Short | None = None
    region: Short | None = None
    products: Names = Field(default_factory=list)

    def wanted(self) -> Wanted:
        """For the rules."""
        return Wanted(language=self.language, segment=self.segment, region=self.region, products=tuple(self.products))


class ManagerRule(Body):
    """What of a manager's rules would be different; what is not given stays."""

    languages: Languages | None = None
    segments: Names | None = None
    regions: Names | None = None
    products: Names | None = None
    weight: Weight | None = None
    active: bool | None = None


class DryRun(Body):
    """Changed rules by manager, tried on the leads of the last `days`."""

    model_config = example(changes={"manager-1": {"weight": 2}, "manager-2": {"languages": ["uk", "pl"]}}, days=14)

    changes: dict[PersonId, ManagerRule] = Field(min_length=1, max_length=500)
    days: Days = 14


class Share(Model):
    """Leads of one manager under the rules of now and under the changed ones."""

    manager: str
    now: int
    changed: int


class Moved(Model):
    """A lead that would go to somebody else."""

    deal_id: str
    now: str | None
    changed: str | None


class DryRunAnswer(Model):
    """Both runs on the same leads, in their order, as if everybody were there and had room.

    `unserved` counts leads that no manager fits; `moved` names at most 50 of the `moves`.
    """

    leads: int
    items: list[Share]
    unserved: Share
    moves: int
    moved: list[Moved]

    @classmethod
    def of(cls, trial: RuleTrial) -> DryRunAnswer:
        """From the trial."""
        moves = [
            Moved(deal_id=deal_id, now=before, changed=after)
            for deal_id, before, after in zip(trial.deals, trial.before, trial.after, strict=True)
            if before != after
        ]
        before, after = Counter(trial.before), Counter(trial.after)
        return cls(
            leads=len(trial.deals),
            items=[Share(manager=who, now=before[who], changed=after[who]) for who in trial.managers],
            unserved=Share(manager="", now=before[None], changed=after[None]),
            moves=len(moves),
            moved=moves[:_MOVES_SHOWN],
        )
