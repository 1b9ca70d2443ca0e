"""Criteria while somebody edits them: what is typed, what is wrong with it, whom it would take now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.sentences import said
from services.chassis.web.seen import Seen
from services.lead_gen.actions.criteria import try_rules
from services.lead_gen.desk.criteria_forms import SIDES, rows_of, rule_faults, typed_rules, with_spare
from services.lead_gen.domain.criteria import CriteriaListed, Rule, RuleSet, RulesTried
from services.lead_gen.schemas.criteria import NewCriteria, Rules

BASE = "/lead-gen/desk/settings/criteria"


@dataclass
class Edited:
    """Criteria as somebody edits them: what is typed, what is wrong, and what they would do now."""

    now: CriteriaListed | None
    name: str
    rows: Mapping[str, Any]
    seen: Seen
    faults: dict[str, str] = field(default_factory=dict)
    tried: RulesTried | None = None
    added: list[tuple[str, Rule]] = field(default_factory=list)
    taken: list[tuple[str, Rule]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    meant: NewCriteria | None = None
    tried_rules: dict[str, list[Rule]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where its form goes."""
        return f"{BASE}/{self.now.id if self.now else 'new'}"

    def say_why(self) -> None:
        """Something is wrong at least: what is published says something, and something new."""
        if not self.faults:
            wrong = said("Nothing differs from what is in force.") if self.now else said("Write the first rule.")
            self.faults[f"{self.rows['include'][0].at}.field"] = wrong

    def counted(self) -> list[tuple[tuple[str, Rule], int]]:
        """Each rule with its side, and how many leads it leaves by itself."""
        rules = [(side, rule) for side in SIDES for rule in self.tried_rules.get(side, [])]
        return list(zip(rules, (one.leaves for one in self.tried.rules), strict=True)) if self.tried else []

    @property
    def is_stale(self) -> bool:
        """Whether somebody else has published since the form was drawn."""
        return self.now is not None and self.seen.is_behind(self.now.version)


async def begun(conn: Connection, now: CriteriaListed | None) -> Edited:
    """Criteria as they are in force; empty ones for a new name."""
    rules = now.rules if now else RuleSet()
    tried = await try_rules(conn, Rules(include=rules.include, exclude=rules.exclude))
    name, seen = (now.name, Seen.at(now.version)) if now else ("", Seen.at(0))
    return Edited(now, name, with_spare(rows_of(rules)), seen, tried=tried, tried_rules=_by_side(rules))


async def edited_by(conn: Connection, now: CriteriaListed | None, form: FormData) -> Edited:
    """Criteria as a form has them: checked as publishing checks them, and tried on the register."""
    typed, name = typed_rules(form), now.name if now else str(form.get("name", "")).strip()
    edited = Edited(now, name, with_spare(typed.rows), Seen.of(form), names=["name", *typed.names])
    try:
        rules = Rules.model_validate(typed.rules)
        edited.tried, edited.tried_rules = await try_rules(conn, rules), _by_side(rules.rule_set())
        edited.added, edited.taken = _differences(now.rules if now else RuleSet(), rules.rule_set())
        meant = NewCriteria.model_validate({"name": name, **typed.rules})
    except (ValidationError, DomainError) as error:
        edited.faults = rule_faults(error, typed)
        return edited
    edited.faults = {f"{row.at}.field": said("Choose what is asked.") for row in typed.strays}
    edited.meant = meant if (edited.added or edited.taken) and not edited.faults else None
    return edited


def _by_side(rules: RuleSet) -> dict[str, list[Rule]]:
    return {"include": rules.include, "exclude": rules.exclude}


def _differences(was: RuleSet, now: RuleSet) -> tuple[list[tuple[str, Rule]], list[tuple[str, Rule]]]:
    """(rules that come, rules that go), each with its side."""
    before = [(side, rule) for side in SIDES for rule in getattr(was, side)]
    after = [(side, rule) for side in SIDES for rule in getattr(now, side)]
    return [one for one in after if one not in before], [one for one in before if one not in after]
