"""Money on invoices, the events that tier 2 heard of it, and the commission ledger."""

from __future__ import annotations

from decimal import Decimal

from leadrelay.check.facts import Facts, Sums
from leadrelay.check.findings import Act, Checked, Finding, Repair
from services.chassis.commands import check_repair

_REBUILD = "a supervisor of tier 2 rebuilds the ledger: POST /v1/commissions/rebuild"


def ledger_equals_money(facts: Facts) -> Checked:
    """The ledger holds what its events come to, and its events hold what tier 3 has booked, to the cent."""
    found = [
        Finding(
            check="money",
            subject=f"ledger:{sale_id}",
            says=f"sale {sale_id}: the ledger lacks "
            + ", ".join(f"{one.amount} {one.kind} of {one.person} ({one.role})" for one in lacking),
            mend=_REBUILD,
        )
        for sale_id, lacking in facts.conversion.lacking.items()
    ]
    booked, reported = facts.account_mgmt.booked, facts.conversion.reported
    for sale_id in sorted(booked.keys() | reported.keys()):
        wrong = _differs(booked.get(sale_id), reported.get(sale_id))
        if wrong:
            found.append(_unreported(booked.get(sale_id) or reported[sale_id], wrong))
    return Checked("money", "the commission ledger equals the money", len(booked) + facts.conversion.sales, found)


def _differs(booked: Sums | None, reported: Sums | None) -> list[str]:
    """What tier 3 booked and tier 2 heard, where the two differ."""
    zero, differ = Decimal(0), []
    for name in ("paid", "refunded", "credited"):
        ours, theirs = getattr(booked, name, zero), getattr(reported, name, zero)
        if ours != theirs:
            differ.append(f"{name} {ours} in tier 3, {theirs} in tier 2")
    return differ


def _unreported(sale: Sums, wrong: list[str]) -> Finding:
    return Finding(
        check="money",
        subject=f"events:{sale.sale_id}",
        says=f"sale {sale.sale_id}: {'; '.join(wrong)}",
        mend=f"{check_repair()} reports it again, as far as it was reported within a week; what stays "
        "different, a supervisor of tier 2 adjusts: POST /v1/commissions/adjustments",
        repair=Repair(Act.REPORT_MONEY, "account_mgmt", sale.sale_id),
        lead_id=sale.lead_id,
    )
