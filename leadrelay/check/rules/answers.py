"""Answers that were delivered, and what had to come of them."""

from __future__ import annotations

from leadrelay.check.facts import Facts, InboundCall, Won
from leadrelay.check.findings import Act, Checked, Finding, Repair
from services.chassis.commands import check_repair


def every_delivered_answer_has_its_effect(facts: Facts) -> Checked:
    """A sale that was won has one order; a call that was passed on has become somebody's work."""
    sales, calls = facts.conversion.won, facts.lead_gen.passed_on
    found = [
        _order(one, facts.account_mgmt.ordered.get(one.deal_id, 0))
        for one in sales
        if facts.account_mgmt.ordered.get(one.deal_id, 0) != 1
    ]
    found += [_call(call) for call in calls if not _is_heard(facts, call)]
    return Checked("answer", "every delivered answer has its effect, once", len(sales) + len(calls), found)


def _is_heard(facts: Facts, call: InboundCall) -> bool:
    offered = facts.conversion.offered.get(call.lead_id)
    if offered is not None and offered >= call.at:
        return True
    return call.id in facts.conversion.heard or call.id in facts.account_mgmt.heard


def _order(sale: Won, orders: int) -> Finding:
    return Finding(
        check="answer",
        subject=f"deal:{sale.deal_id}",
        says=f"deal {sale.deal_id} is won, but has {orders or 'no'} order{'s' if orders > 1 else ''}",
        mend="the supervisor of tier 3 cancels the order that is too many"
        if orders
        else f"{check_repair()} passes the sale on to tier 3 again",
        repair=None if orders else Repair(Act.ORDER_AGAIN, "conversion", sale.deal_id),
        lead_id=sale.lead_id,
    )


def _call(call: InboundCall) -> Finding:
    return Finding(
        check="answer",
        subject=f"inbound:{call.id}",
        says=f"inbound call {call.id} of lead {call.lead_id} was delivered and became nobody's work",
        mend=f"{check_repair()} passes it on again",
        repair=Repair(Act.CALL_AGAIN, "lead_gen", call.id),
        lead_id=call.lead_id,
    )
