"""What Temporal shows of a workflow, and what the records say."""

from __future__ import annotations

from leadrelay.check.facts import Execution, Facts
from leadrelay.check.findings import Checked, Finding
from workflows.contracts import ids

_OWNED = frozenset({"accepted", "informing", "qualified", "meeting", "offer", "negotiating"})


def workflows_show_what_the_records_say(facts: Facts) -> Checked:
    """The search attributes `LeadStage` and `Owner` are those of the record."""
    wanted: dict[str, tuple[str, str | None]] = {}
    for deal in facts.conversion.deals:
        wanted[deal.workflow_id] = (deal.stage, deal.owner if deal.stage in _OWNED else None)
    for customer in facts.account_mgmt.customers:
        wanted[ids.customer(customer.id)] = (customer.state, customer.account_manager)
    compared = [(facts.running[key], *values) for key, values in wanted.items() if key in facts.running]
    found = [said for shown, stage, owner in compared if (said := _compare(shown, stage, owner))]
    return Checked("attributes", "workflows show the stage and owner of the record", len(compared), found)


def _compare(shown: Execution, stage: str, owner: str | None) -> Finding | None:
    wrong = [f"stage {shown.stage} for {stage}"] if shown.stage != stage else []
    wrong += [f"owner {shown.owner} for {owner}"] if owner is not None and shown.owner != owner else []
    if not wrong:
        return None
    return Finding(
        check="attributes",
        subject=shown.workflow_id,
        says=f"{shown.workflow_id} shows {' and '.join(wrong)}",
        mend="lists in the Temporal UI are wrong until the next step of this lead writes them again",
        lead_id=shown.lead_id,
        workflow_id=shown.workflow_id,
    )
