"""Criteria: saved in versions, and tried out before they are saved."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.lead_gen.domain.criteria import CriteriaVersion, RuleCount, RuleSet, RulesTried, contradiction
from services.lead_gen.repository import criteria, enrolment, leads
from services.lead_gen.schemas.criteria import NewCriteria, Rules

SAMPLE = 10


async def add_criteria(conn: Connection, new: NewCriteria, by: str) -> CriteriaVersion:
    """The next version under this name. Raises Invalid `contradiction` for rules that no lead can match."""
    return await criteria.add(conn, new.name, _possible(new), by)


async def try_rules(conn: Connection, rules: Rules) -> RulesTried:
    """What rules would do now, all together and each alone; changes nothing. Raises Invalid `contradiction`."""
    wanted = _possible(rules)
    candidates, matching, alone = await criteria.counts(conn, wanted)
    first = await enrolment.sample(conn, wanted, SAMPLE) if matching else []
    named = zip(wanted.named(), alone, strict=True)
    return RulesTried(
        candidates=candidates,
        matching=matching,
        rules=[RuleCount(rule=place, says=rule.says(), leaves=leaves) for (place, rule), leaves in named],
        sample=await leads.in_order(conn, first),
    )


def _possible(rules: Rules) -> RuleSet:
    wanted = rules.rule_set()
    clash = contradiction(wanted)
    if clash is not None:
        place, reason = clash
        raise Invalid(reason, code="contradiction", field=place)
    return wanted
