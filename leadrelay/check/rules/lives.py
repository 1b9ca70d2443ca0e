"""Records and the workflows that run them."""

from __future__ import annotations

from collections.abc import Iterator

from leadrelay.check.facts import TIER_OF, Execution, Facts
from leadrelay.check.findings import Act, Checked, Finding, Repair
from services.chassis.commands import check_repair
from workflows.contracts import ids


def every_open_record_has_its_workflow(facts: Facts) -> Checked:
    """Every called lead, open deal, customer and campaign has a running workflow."""
    wanted = list(needed(facts))
    found = {one.subject: one for one in wanted if one.workflow_id not in facts.running}
    about = "every called lead, open deal, customer and campaign has its workflow"
    return Checked("workflow", about, len(wanted), list(found.values()))


def needed(facts: Facts) -> Iterator[Finding]:
    """What would be said of each record if its workflow did not run."""
    for deal in facts.conversion.deals:
        yield _missing(deal.workflow_id, "conversion", f"deal {deal.id} is {deal.stage}", deal.lead_id)
    for customer in facts.account_mgmt.customers:
        if not customer.waits:
            yield _missing(ids.customer(customer.id), "account_mgmt", f"the customer is {customer.state}", customer.id)
    for campaign in facts.lead_gen.campaigns:
        yield _missing(ids.campaign(campaign.id), "lead_gen", f"the campaign is {campaign.state}", None)
    for lead in facts.lead_gen.leads:
        if lead.tier == "lead_gen":
            yield _missing(lead.workflow_id or ids.cold_call(lead.id), "lead_gen", "the lead is calling", lead.id)


def _missing(workflow_id: str, tier: str, says: str, lead_id: str | None) -> Finding:
    return Finding(
        check="workflow",
        subject=workflow_id,
        says=f"{says}, but {workflow_id} does not run",
        mend=f"{check_repair()} starts it again from its record",
        repair=Repair(Act.RESTART, tier, workflow_id),
        lead_id=lead_id,
        workflow_id=workflow_id,
        missing=True,
    )


def no_workflow_is_ahead_of_its_record(facts: Facts) -> Checked:
    """After a restore, no running workflow has lived through a time that its tier's database has forgotten."""
    tiers = {tier for tier, held in facts.tiers.items() if held.restored}
    compared = [one for one in facts.running.values() if TIER_OF.get(one.kind) in tiers]
    found = [_ahead(one) for one in compared if one.workflow_id in facts.ahead]
    return Checked("ahead", "no workflow knows what a restored database forgot", len(compared), found)


def _ahead(one: Execution) -> Finding:
    return Finding(
        check="ahead",
        subject=one.workflow_id,
        # Without its lead: it is ahead whatever else is on its way.
        says=f"{one.workflow_id} went on after the moment to which {TIER_OF[one.kind]} was restored",
        mend=f"{check_repair()} ends it, and starts it again if its record is open",
        repair=Repair(Act.REPLACE, TIER_OF[one.kind], one.workflow_id),
        workflow_id=one.workflow_id,
    )


def every_workflow_has_its_record(facts: Facts) -> Checked:
    """Every running workflow of a lead has its record, in a state in which it has something to do."""
    calling = {lead.workflow_id or ids.cold_call(lead.id) for lead in facts.lead_gen.leads if lead.tier == "lead_gen"}
    records = {
        "ColdCall": calling,
        "Conversion": {deal.workflow_id for deal in facts.conversion.deals},
        "Campaign": {ids.campaign(campaign.id) for campaign in facts.lead_gen.campaigns},
    }
    compared = [one for one in facts.running.values() if one.kind in records]
    found = [_without_record(one) for one in compared if one.workflow_id not in records[one.kind]]
    return Checked("record", "every running workflow has its record", len(compared), found)


_RECORD = {
    "ColdCall": "the register does not have the lead in cold calling",
    "Conversion": "tier 2 has no open deal of this lead",
    "Campaign": "the campaign is neither running nor paused",
}


def _without_record(one: Execution) -> Finding:
    return Finding(
        check="record",
        subject=one.workflow_id,
        says=f"{one.workflow_id} runs, but {_RECORD[one.kind]}",
        mend="a supervisor of tier 1 gives the lead up: POST /v1/leads/{id}/cancel"
        if one.lead_id
        else "ops cancels the workflow in the Temporal UI",
        lead_id=one.lead_id,
        workflow_id=one.workflow_id,
    )
