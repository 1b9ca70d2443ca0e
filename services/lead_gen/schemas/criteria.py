"""Criteria: what is saved, what is shown, and what rules that are not saved yet would do."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.chassis.http import Body, Model
from services.lead_gen.domain.criteria import CriteriaVersion, Rule, RuleCount, RuleSet, RulesTried
from services.lead_gen.schemas.leads import LeadView

_RULES: JsonDict = {
    "include": [
        {"field": "industry", "op": "in", "value": ["cargo", "retail"]},
        {"field": "has_email", "op": "eq", "value": True},
    ],
    "exclude": [{"field": "last_contact", "op": "lte", "value": 30}],
}


class Rules(Body):
    """Every include rule must hold and no exclude rule may."""

    model_config = ConfigDict(json_schema_extra={"example": _RULES})

    include: list[Rule] = Field(default_factory=list, max_length=50)
    exclude: list[Rule] = Field(default_factory=list, max_length=50)

    def rule_set(self) -> RuleSet:
        """The rules alone."""
        return RuleSet(include=self.include, exclude=self.exclude)


class NewCriteria(Rules):
    """A new version of the criteria of this name."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Spring freight", **_RULES}})

    name: str = Field(min_length=1, max_length=100)


class CriteriaView(CriteriaVersion, Model):
    """One version of criteria."""


class CriteriaPreview(Model):
    """What the rules would do now. Counted over the leads that could be enrolled at this moment."""

    candidates: int = Field(description="Leads that could be enrolled without any rule.")
    matching: int = Field(description="Those of them that match every rule.")
    rules: list[RuleCount]
    sample: list[LeadView] = Field(description="The first leads that would be enrolled, numbers masked.")

    @classmethod
    def of(cls, tried: RulesTried) -> Self:
        """The answer, numbers masked."""
        return cls(
            candidates=tried.candidates,
            matching=tried.matching,
            rules=tried.rules,
            sample=[LeadView.of(lead) for lead in tried.sample],
        )
