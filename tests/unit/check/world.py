"""A small house where everything agrees, to be changed by one fact at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from leadrelay.check.facts import (
    AccountMgmtFacts,
    Campaign,
    ConversionFacts,
    Customer,
    Deal,
    Execution,
    Facts,
    Item,
    Lead,
    LeadGenFacts,
    Row,
    Series,
    Sums,
    Won,
)

CALLED, WORKED, KEPT = (f"0192f000-0000-7000-8000-00000000000{n}" for n in range(3))
COLD_CALL, CONVERSION, CARE = f"cold-call:{CALLED}", f"conversion:{WORKED}", f"customer:{KEPT}"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SALE = "sale-1"


def sums(paid: str = "0.00", refunded: str = "0.00", credited: str = "0.00") -> Sums:
    return Sums(sale_id=SALE, paid=Decimal(paid), refunded=Decimal(refunded), credited=Decimal(credited))


def row(state: str, age: float = 1.0, **changes: object) -> Row:
    known = {
        "id": 7, "event_id": "call:1", "workflow_id": COLD_CALL, "what": "call_answered", "state": state, "age": age,
        "error": None, "leads": [CALLED],
    }  # fmt: skip
    return Row.of(known | changes)


def house() -> Facts:
    """A called lead, an accepted deal, a customer and a campaign, each with its workflow and its work."""
    lead_gen = LeadGenFacts(
        items=[Item(id="item-1", kind="call", workflow_id=COLD_CALL, lead_id=CALLED)],
        leads=[
            Lead(id=CALLED, tier="lead_gen", stage="calling", owner=None, workflow_id=COLD_CALL),
            Lead(id=WORKED, tier="conversion", stage="accepted", owner="maria", workflow_id=CONVERSION),
            Lead(id=KEPT, tier="account_mgmt", stage="active", owner="oleh", workflow_id=CARE),
        ],
        campaigns=[Campaign(id="spring", state="running")],
    )
    conversion = ConversionFacts(
        deals=[Deal(id="deal-2", lead_id=WORKED, workflow_id=CONVERSION, stage="meeting", owner="maria")],
        won=[Won(deal_id="deal-1", lead_id=KEPT)],
        reported={SALE: sums("100.00")},
        sales=1,
    )
    account_mgmt = AccountMgmtFacts(
        customers=[Customer(id=KEPT, state="active", account_manager="oleh", waits=False)],
        ordered={"deal-1": 1},
        series=[Series(entity="LR", kind="", year=2026, last=3, used=3, missing=[])],
        booked={SALE: sums("100.00")},
    )
    running = [
        Execution(COLD_CALL, "ColdCall", "running", CALLED, "calling"),
        Execution(CONVERSION, "Conversion", "running", WORKED, "meeting", "maria"),
        Execution(CARE, "CustomerCare", "running", KEPT, "active", "oleh"),
        Execution("campaign:spring", "Campaign", "running"),
    ]
    return Facts(lead_gen, conversion, account_mgmt, {one.workflow_id: one for one in running})


def without_workflow(workflow_id: str) -> Facts:
    facts = house()
    return replace(facts, running={key: one for key, one in facts.running.items() if key != workflow_id})
