"""Answers on their way."""

from __future__ import annotations

from leadrelay.check.facts import Facts, Row
from leadrelay.check.findings import Act, Checked, Finding, Repair

PATIENCE_SECONDS = 300.0


def nothing_waits_or_is_set_aside(facts: Facts) -> Checked:
    """No answer waits for longer than five minutes, none was set aside."""
    rows = [(tier, row) for tier, held in facts.tiers.items() for row in held.outbox]
    found = [_dead(tier, row) for tier, row in rows if row.state == "dead"]
    found += [_late(tier, row) for tier, row in rows if row.state == "pending" and row.age > PATIENCE_SECONDS]
    return Checked("outbox", "no answer waits too long or was set aside", len(rows), found)


def _dead(tier: str, row: Row) -> Finding:
    return Finding(
        check="outbox",
        subject=f"{tier}:{row.id}",
        says=f"{tier} set {row.what} for {row.workflow_id} aside: {row.error or 'no reason kept'}",
        mend="mend the cause, then leadrelay check --repair --yes sends it again",
        repair=Repair(Act.RETRY_ROW, tier, str(row.id)),
    )


def _late(tier: str, row: Row) -> Finding:
    return Finding(
        check="outbox",
        subject=f"{tier}:{row.id}",
        says=f"{row.what} for {row.workflow_id} waits in {tier} for {row.age / 60:.0f} minutes",
        mend=f"start a worker of {tier}, and see that it reaches Temporal",
    )
