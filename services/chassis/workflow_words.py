"""What people call the tiers, and the workflows, activities and signals of the contracts: in words of the field.

Temporal's own names are contracts and stay as they are; whoever opens the Temporal UI finds them behind these words.
"""

from __future__ import annotations

from typing import Final

from services.chassis.sentences import later as _
from workflows.contracts.base import Tier

TIERS: Final = {
    Tier.LEAD_GEN.value: _("tier 1 (lead generation)"),
    Tier.CONVERSION.value: _("tier 2 (conversion)"),
    Tier.ACCOUNT_MGMT.value: _("tier 3 (account management)"),
}
OVER: Final = "already completed"
"""What an answer's error has in it when its workflow has ended, in Temporal's words."""
WORKFLOWS: Final = {
    "ColdCall": _("cold call"),
    "Conversion": _("conversion"),
    "CustomerCare": _("customer care"),
    "Campaign": _("campaign"),
    "FitTiming": _("nightly forecast"),
    "OpenCare": _("opening imported customers"),
    "PublishCatalogue": _("publishing the catalogue"),
}
"""By the name of its type."""
ACTIVITIES: Final = {
    "lead_gen.open_call": _("putting the next call into the callers' queue"),
    "lead_gen.callback_late": _("giving a late callback to the whole shift"),
    "lead_gen.close_lead": _("closing the lead in tier 1"),
    "lead_gen.prepare_hand_over": _("collecting what tier 2 has to know of the lead"),
    "lead_gen.take_answer": _("passing the answer to a hard question on to the callers"),
    "lead_gen.register_customer": _("entering the customer in the register"),
    "lead_gen.update_register": _("entering in the register where the lead is now"),
    "lead_gen.correct_contact": _("correcting the contact in the register"),
    "lead_gen.withdraw_consent": _("putting the lead on the do-not-call list"),
    "lead_gen.enrol_batch": _("taking the next leads into the campaign"),
    "conversion.offer_deal": _("offering the lead to a manager"),
    "conversion.withdraw_offer": _("taking an unanswered offer back from the manager"),
    "conversion.escalate_offer": _("reminding the supervisor of a lead that nobody has taken"),
    "conversion.run_playbook_step": _("doing the next step of the playbook"),
    "conversion.remind_deal": _("reminding of the deal's next step"),
    "conversion.open_inbound": _("giving the call that came in to the deal's manager"),
    "conversion.add_hand_over": _("adding what the callers heard to the deal"),
    "conversion.record_commission": _("entering the money in the commission ledger"),
    "conversion.take_catalogue": _("taking over the catalogue from tier 3"),
    "conversion.close_deal": _("closing the deal"),
    "conversion.erase_person": _("erasing the person's data in tier 2"),
    "account_mgmt.open_account": _("opening the customer's account with the first order and invoice"),
    "account_mgmt.read_unopened": _("finding the next imported customers"),
    "account_mgmt.adopt_account": _("giving an imported customer to an account manager"),
    "account_mgmt.open_nudge": _("reminding the account manager of the next purchase"),
    "account_mgmt.escalate_nudge": _("telling the supervisor of an unanswered reminder"),
    "account_mgmt.remind_invoice": _("sending the next payment reminder"),
    "account_mgmt.open_inbound": _("giving the call that came in to the account manager"),
    "account_mgmt.close_customer": _("ending the care for the customer"),
    "account_mgmt.fit_timing": _("forecasting when customers buy next"),
    "account_mgmt.learn_pairs": _("learning what customers buy together"),
    "account_mgmt.find_risks": _("finding customers who may leave"),
    "account_mgmt.read_catalogue": _("reading what has changed in the catalogue"),
    "account_mgmt.read_customer": _("collecting what tier 2 has to know to win the customer back"),
    "account_mgmt.erase_person": _("erasing the person's data in tier 3"),
}
"""What is being done, by the name of the activity."""
SIGNALS: Final = {
    "inbound_called": _("the news that they called us"),
    "do_not_call": _("their wish not to be called"),
    "cancel": _("the decision to give up"),
    "call_answered": _("the outcome of a call"),
    "campaign changed": _("the start, pause or end of a campaign"),
    "handed_over": _("another hand-over by the callers"),
    "accepted": _("the manager's yes to the lead"),
    "declined": _("the manager's no to the lead"),
    "assigned": _("the choice of a manager"),
    "returned": _("the lead that its manager gave back"),
    "reassigned": _("the change of the deal's manager"),
    "playbook_planned": _("the plan of the playbook's next step"),
    "moved": _("the deal's new step"),
    "won": _("the news that the deal is won"),
    "lost": _("the news that the deal is lost or asleep"),
    "won_again": _("another sale to the customer"),
    "order_placed": _("the customer's new order"),
    "invoice_paid": _("the payment of an invoice"),
    "invoice_reopened": _("the news that the payment of an invoice was undone"),
    "invoice_voided": _("the news that an invoice was cancelled"),
    "merged": _("the news that two customers are one, or two again"),
    "money_moved": _("the news of money given back or credited"),
    "nudge_answered": _("the customer's answer to a reminder"),
    "standing_changed": _("the news that the customer is at risk, well again or lost"),
    "opted_in": _("the customer's wish to be reminded again"),
    "nudge_moved": _("the new time of a reminder"),
    "account_manager_changed": _("the change of the account manager"),
    "catalogue changed": _("a change in the catalogue"),
    "orders_imported": _("the imported orders, for the forecast"),
}
"""What a workflow is told, by the name of the signal; with the workflow before it where only that tells them apart."""
STARTS: Final = {
    "ColdCall": _("the start of calling a lead"),
    "Conversion": _("the start of a deal"),
    "CustomerCare": _("the start of looking after a customer"),
    "Campaign": _("the start of a campaign"),
    "FitTiming": _("the start of the nightly forecast"),
    "OpenCare": _("the start of looking after imported customers"),
    "PublishCatalogue": _("the start of publishing the catalogue"),
}
"""What the outbox brings that only begins a workflow."""


def workflow_words(kind: str) -> str:
    """What people call a workflow of this type."""
    return WORKFLOWS.get(kind, kind)


def activity_words(name: str) -> str:
    """What an activity does; one that no contract knows is called by its name."""
    return ACTIVITIES.get(name) or name.rpartition(".")[2].replace("_", " ")


def message_words(what: str, workflow_id: str) -> str:
    """What a row of the outbox brings: `what` is its signal, else the workflow it begins, else its activity."""
    of_workflow = f"{workflow_id.partition(':')[0]} {what}"
    found = SIGNALS.get(of_workflow) or SIGNALS.get(what) or STARTS.get(what)
    return found or activity_words(what)
