"""Work for people, and the workflows that wait for it."""

from __future__ import annotations

from leadrelay.check.facts import Facts
from leadrelay.check.findings import Act, Checked, Finding, Repair
from services.chassis.commands import check_repair

# What people do for its own sake: no workflow waits for the answer, so it may outlive one.
_ON_ITS_OWN = frozenset({"dunning", "debt", "complaint", "mail", "approval"})


def no_work_without_a_workflow(facts: Facts) -> Checked:
    """No item waits for a person whose answer nobody would hear."""
    compared = [
        (tier, item) for tier, held in facts.tiers.items() for item in held.items if item.kind not in _ON_ITS_OWN
    ]
    found = [
        Finding(
            check="orphan",
            subject=f"{tier}:{item.id}",
            says=f"{item.kind} {item.id} waits, but {item.workflow_id} does not run",
            mend=f"{check_repair()} cancels it",
            repair=Repair(Act.CANCEL_ITEM, tier, item.id),
            lead_id=item.lead_id,
            workflow_id=item.workflow_id,
            missing=True,
        )
        for tier, item in compared
        if item.workflow_id not in facts.running
    ]
    return Checked("orphan", "no open work without a workflow", len(compared), found)


def no_waiting_workflow_without_work(facts: Facts) -> Checked:
    """A cold call has its call, a lead that is offered has its offer: none waits for nobody."""
    called = {item.workflow_id for item in facts.lead_gen.items if item.kind == "call"}
    offered = {item.lead_id for item in facts.conversion.items if item.kind == "hand_over"}
    waiting = [lead for lead in facts.lead_gen.leads if lead.tier == "lead_gen"]
    deals = [deal for deal in facts.conversion.deals if deal.stage == "offered"]
    found = [
        _idle("lead_gen", lead.workflow_id, lead.id, "waits for a call that is in nobody's queue")
        for lead in waiting
        if lead.workflow_id in facts.running and lead.workflow_id not in called
    ]
    found += [
        _idle(
            "conversion", deal.workflow_id, deal.lead_id, "waits for an acceptance, but the lead is offered to nobody"
        )
        for deal in deals
        if deal.workflow_id in facts.running and deal.lead_id not in offered
    ]
    return Checked("idle", "no waiting workflow without work", len(waiting) + len(deals), found)


def _idle(tier: str, workflow_id: str | None, lead_id: str, says: str) -> Finding:
    return Finding(
        check="idle",
        subject=workflow_id or lead_id,
        says=f"{workflow_id} {says}",
        mend=f"{check_repair()} ends it, and starts it again from its record",
        repair=Repair(Act.REPLACE, tier, workflow_id) if workflow_id else None,
        lead_id=lead_id,
        workflow_id=workflow_id,
    )
