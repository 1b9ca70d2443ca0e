"""Answers on their way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from leadrelay.check.facts import Facts, Row
from leadrelay.check.findings import Act, Checked, Finding, Repair
from leadrelay.check.rules.lives import needed
from services.chassis.commands import check_repair
from services.chassis.workflow_words import OVER

_WORKFLOWS = frozenset({"cold-call", "conversion", "customer", "campaign"})
PATIENCE_SECONDS = 300.0


def nothing_waits_or_is_set_aside(facts: Facts) -> Checked:
    """No answer waits for longer than five minutes, none was set aside."""
    rows = [(tier, row) for tier, held in facts.tiers.items() for row in held.outbox]
    alive = hearing(facts)
    found = [
        _unheard(tier, row) if nobody_hears(row, alive, restored=bool(facts.tiers[tier].restored)) else _dead(tier, row)
        for tier, row in rows
        if row.state == "dead"
    ]
    found += [_late(tier, row) for tier, row in rows if row.state == "pending" and row.age > PATIENCE_SECONDS]
    return Checked("outbox", "no answer waits too long or was set aside", len(rows), found)


def hearing(facts: Facts) -> set[str]:
    """The workflows that run, and those that a record needs and a repair starts again."""
    return {*facts.running, *(one.subject for one in needed(facts))}


def nobody_hears(row: Row, alive: Collection[str], *, restored: bool) -> bool:
    """Whether an answer is for a workflow that has ended, and whose record needs none any more.

    Where nothing was restored, Temporal must have said that it has ended: one that never was may yet begin.
    """
    gone = row.workflow_id.partition(":")[0] in _WORKFLOWS and row.workflow_id not in alive
    return gone and (restored or OVER in (row.error or ""))


def _unheard(tier: str, row: Row) -> Finding:
    """The workflow is over, and would be the next time. The record has what the answer says; other rules look at what
    followed from it.
    """
    return replace(
        _dead(tier, row),
        mend=f"{check_repair()} drops it: its workflow is over, and the record has what it says",
        repair=Repair(Act.DROP_ROW, tier, str(row.id)),
    )


def _dead(tier: str, row: Row) -> Finding:
    return Finding(
        check="outbox",
        subject=f"{tier}:{row.id}",
        says=f"{tier} set {row.what} for {row.workflow_id} aside: {row.error or 'no reason kept'}",
        mend=f"mend the cause, then {check_repair()} sends it again",
        repair=Repair(Act.RETRY_ROW, tier, str(row.id)),
    )


def _late(tier: str, row: Row) -> Finding:
    return Finding(
        check="outbox",
        subject=f"{tier}:{row.id}",
        says=f"{row.what} for {row.workflow_id} waits in {tier} for {row.age / 60:.0f} minutes",
        mend=f"start a worker of {tier}, and see that it reaches Temporal",
    )
