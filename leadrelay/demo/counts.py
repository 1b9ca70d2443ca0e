"""How far the department has come: a snapshot of where all leads are, read from the services' own reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from leadrelay.demo.day import Day, Desk
from leadrelay.demo.people import SUPERVISOR

REPORT_EVERY: Final = 2.0
INVOICES_EVERY: Final = 3
"""Every how many reports the invoices are counted anew: the one figure that costs a walk through a list."""

Stages = Mapping[str, Mapping[str, int]]

HANDED_OVER: Final = frozenset({"handed_over", "inbound", "offered", "returned", "win_back"})
OVER: Final = frozenset({"lost", "cancelled", "do_not_call"})


@dataclass(frozen=True)
class Counts:
    """Where the leads are. Every lead is in exactly one of the first seven; the rest are totals since the beginning."""

    new: int = 0
    calling: int = 0
    handed_over: int = 0
    in_deals: int = 0
    customers: int = 0
    resting: int = 0
    closed: int = 0
    won: int = 0
    nudges_ordered: int = 0
    orders: int = 0
    invoices_paid: int = 0

    @property
    def leads(self) -> int:
        """All leads that the register knows."""
        return self.new + self.calling + self.handed_over + self.in_deals + self.customers + self.resting + self.closed


def place(tier: str, stage: str) -> str:
    """Name the field of `Counts` that a lead at this stage of this tier is counted in."""
    if tier == "lead_gen":
        return stage if stage in ("new", "calling", "resting") else "closed"
    if tier == "account_mgmt":
        return "closed" if stage in ("lost", "cancelled") else "customers"
    if stage in HANDED_OVER:
        return "handed_over"
    if stage == "asleep":
        return "resting"
    return "closed" if stage in OVER else "in_deals"


def leads_by_place(stages: Stages) -> dict[str, int]:
    """Add up the funnel report's stages into the places of `Counts`."""
    sums: dict[str, int] = {}
    for tier, counted in stages.items():
        for stage, number in counted.items():
            where = place(tier, stage)
            sums[where] = sums.get(where, 0) + number
    return sums


class Reporter:
    """Reads the reports and tells whoever watches."""

    def __init__(self, day: Day, on_progress: Callable[[Counts], None]) -> None:
        self._on_progress = on_progress
        self._funnel = day.desk("lead_gen", "supervisor", SUPERVISOR)
        self._accounts = day.desk("account_mgmt", "supervisor", SUPERVISOR)
        self._looks = 0
        self._invoices = (0, 0)

    async def turn(self) -> float:
        """Take one snapshot."""
        funnel = await self._funnel.get("/v1/reports/funnel") or {}
        managers = await self._accounts.first("/v1/reports/account-managers")
        if self._looks % INVOICES_EVERY == 0:
            self._invoices = await _count_invoices(self._accounts)
        self._looks += 1
        issued, paid = self._invoices
        self._on_progress(
            Counts(
                **leads_by_place(funnel.get("stages", {})),
                won=funnel.get("won", 0) + funnel.get("inbound_won", 0),
                nudges_ordered=sum(manager["orders_after_nudge"] for manager in managers),
                orders=issued,
                invoices_paid=paid,
            )
        )
        return REPORT_EVERY


async def _count_invoices(desk: Desk) -> tuple[int, int]:
    """Count the invoices (one per order), and those that are paid."""
    issued = paid = 0
    async for invoice in desk.items("/v1/invoices"):
        issued += 1
        paid += invoice["state"] == "paid"
    return issued, paid
