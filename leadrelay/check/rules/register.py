"""The register of tier 1 and the records of whoever has the lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leadrelay.check.facts import Customer, Deal, Facts, Lead
from leadrelay.check.findings import Act, Checked, Finding, Repair
from services.chassis.commands import check_repair
from workflows.contracts import ids
from workflows.contracts.base import Tier

# Until a manager accepts, and while it is on its way, only tier 1 knows how the lead came to tier 2.
_ON_THE_WAY = frozenset({"handed_over", "inbound", "offered", "win_back", "asleep"})


def register_and_records_agree(facts: Facts) -> Checked:
    """The register has every open deal in tier 2 with its owner, every customer in tier 3 with its account manager."""
    deals = {deal.workflow_id: deal for deal in facts.conversion.deals}
    customers = {ids.customer(one.id): one for one in facts.account_mgmt.customers if not one.waits}
    leads = [lead for lead in facts.lead_gen.leads if lead.tier != "lead_gen"]
    found = [said for lead in leads if (said := _compare(lead, deals, customers))]
    ordered = facts.account_mgmt.ordered
    unsold = {sale.lead_id: sale.deal_id for sale in facts.conversion.won if not ordered.get(sale.deal_id)}
    found = [_follows(said, unsold[said.subject]) if _is_bought(said, unsold) else said for said in found]
    # What there is to tell of a customer to be won back, only tier 3 knows.
    lost = [lead for lead in leads if lead.tier == "conversion" and lead.stage != "win_back"]
    nowhere = {lead.id for lead in lost if lead.workflow_id not in facts.running}
    found = [_again(said) if said.lead_id in nowhere and said.repair is None else said for said in found]
    placed = {lead.workflow_id for lead in leads}
    found += [_unknown(key, deal.lead_id, "deal", "conversion") for key, deal in deals.items() if key not in placed]
    found += [_unknown(key, one.id, "customer", "account_mgmt") for key, one in customers.items() if key not in placed]
    return Checked("register", "the register knows who has each lead", len(leads), found)


def _compare(lead: Lead, deals: dict[str, Deal], customers: dict[str, Customer]) -> Finding | None:
    """What is wrong with a lead that the register has in tier 2 or 3."""
    deal, customer = deals.get(lead.workflow_id or ""), customers.get(lead.workflow_id or "")
    if lead.tier == "conversion" and deal is None:
        return _finding(lead, f"is {lead.stage} in tier 2, where no deal of it is open", None)
    if lead.tier == "account_mgmt" and customer is None:
        return _finding(lead, f"is {lead.stage} in tier 3, where it is no customer in care", None)
    if deal is not None and deal.owner and lead.stage not in _ON_THE_WAY and lead.owner != deal.owner:
        return _finding(lead, f"has the owner {lead.owner}, the deal has {deal.owner}", "conversion")
    if deal is not None and deal.stage != "asleep" and lead.stage == "asleep":
        return _finding(lead, f"is asleep, the deal is {deal.stage}", "conversion")
    if customer is not None and lead.owner != customer.account_manager:
        return _finding(
            lead, f"has the owner {lead.owner}, its account manager is {customer.account_manager}", "account_mgmt"
        )
    if customer is not None and lead.stage != customer.state:
        return _finding(lead, f"is {lead.stage}, the customer is {customer.state}", "account_mgmt")
    return None


def _finding(lead: Lead, says: str, tier: str | None) -> Finding:
    repair = Repair(Act.CORRECT_REGISTER, tier, lead.id) if tier else None
    person = "a supervisor of tier 1 looks at the lead and gives it up or calls: POST /v1/leads/{id}/cancel"
    return Finding(
        check="register",
        subject=lead.id,
        says=f"register: {lead.id} {says}",
        mend=_mend() if repair else person,
        repair=repair,
        lead_id=lead.id,
        workflow_id=lead.workflow_id,
    )


def _is_bought(said: Finding, unsold: Mapping[str, str]) -> bool:
    """Whether a lead is no customer because its sale was not passed on."""
    return said.repair is None and said.subject in unsold


def _follows(said: Finding, deal_id: str) -> Finding:
    """What is wrong with the register is right as soon as tier 3 has the sale."""
    again = Repair(Act.ORDER_AGAIN, Tier.CONVERSION, deal_id)
    mend = f"follows from deal {deal_id}, which has no order: {check_repair()} passes the sale on to tier 3 again"
    return replace(said, mend=mend, repair=again)


def _again(said: Finding) -> Finding:
    """A lead that nobody has: tier 2 has no deal of it, and no workflow brings it one."""
    again = Repair(Act.HAND_OVER, "lead_gen", said.subject)
    return replace(said, mend=f"{check_repair()} hands it over again", repair=again, missing=True)


def _unknown(workflow_id: str, lead_id: str, what: str, tier: str) -> Finding:
    return Finding(
        check="register",
        subject=lead_id,
        says=f"the register does not have {lead_id} with its open {what}",
        mend=_mend(),
        repair=Repair(Act.CORRECT_REGISTER, tier, lead_id),
        lead_id=lead_id,
        workflow_id=workflow_id,
    )


def _mend() -> str:
    return f"{check_repair()} writes what the record says into the register"
