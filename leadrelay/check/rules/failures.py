"""What failed for good and waits for a person."""

from __future__ import annotations

from leadrelay.check.facts import TIER_OF, Execution, Facts
from leadrelay.check.findings import Act, Checked, Finding, Repair
from leadrelay.check.rules.lives import needed
from services.chassis.commands import check_repair


def nothing_failed(facts: Facts) -> Checked:
    """No workflow failed, timed out or was terminated without another one in its place; no report was refused."""
    # Once its record is over and nothing waits for it, nobody needs it any more.
    # Terminating is a person's act: it counts only while the record still needs its workflow. So does the failure of a
    # workflow that found no record any more because the database was restored to a time before it.
    open_records = {one.workflow_id for one in needed(facts)}
    bad = [one for one in facts.failed if _counts(one, facts) or one.workflow_id in open_records]
    found = [_failed(one) for one in bad]
    found += [
        Finding(
            check="failed",
            subject=f"report:{one.id}",
            says=f"the report {one.kind} {one.id} was refused",
            mend="ops reads why in the Temporal UI; the receiving tier's supervisor enters what it says",
        )
        for one in facts.refused
    ]
    return Checked("failed", "no workflow failed, no report was refused", len(facts.failed) + len(facts.refused), found)


def _counts(one: Execution, facts: Facts) -> bool:
    return one.status != "terminated" and one.workflow_id not in facts.ahead | facts.over


def _failed(one: Execution) -> Finding:
    tier = TIER_OF.get(one.kind)
    again = f"{check_repair()} starts it again, if its record is still open"
    return Finding(
        check="failed",
        subject=f"workflow:{one.workflow_id}",
        says=f"{one.workflow_id} {one.status}",
        mend=again if tier else "ops reads why in the Temporal UI and starts it again",
        repair=Repair(Act.RESTART, tier, one.workflow_id) if tier else None,
        lead_id=one.lead_id,
        workflow_id=one.workflow_id,
        missing=True,
    )
