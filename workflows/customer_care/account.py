"""One customer's account as its workflow holds it: the state, and everybody who is told when it changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import ids
    from workflows.contracts.account_mgmt import CareState, CustomerCareInput
    from workflows.contracts.base import Tier
    from workflows.contracts.deal import WonOrder
    from workflows.customer_care.activities import Activities
    from workflows.customer_care.state import (
        deadlines,
        is_overdue,
        with_invoice,
        with_nudge_at,
        with_unopened,
    )
    from workflows.deadlines import earliest, spread, when
    from workflows.tier_reports import Register
    from workflows.visibility import Shown, Story


LINGERS = timedelta(days=31)
"""Longer than a merge can be undone, and than anything may be on its way."""


class Account:
    """The state of one customer, its story for people, its search attributes, and the register of tier 1."""

    def __init__(self, start: CustomerCareInput) -> None:
        self.start = start
        self.customer_id = start.customer_id
        self.me = ids.customer(start.customer_id)
        self.state = start.state or CareState(opened_by=start.won.deal_id if start.won else "")
        self.story = Story("Customer care")
        self.shown = Shown()
        life = f"{self.me}:{self.state.opened_by}"
        self.activities = Activities(start, self.me, life)
        self.register = Register(life, self.state.reports, owes_reports=start.reports_itself)

    def set(self, **changes: object) -> None:
        """Change the state."""
        self.state = self.state.model_copy(update=changes)

    def plan_nudge(self, moment: datetime | None) -> None:
        """The next nudge is due then, give or take a minute; None leaves it."""
        if moment:
            self.state = with_nudge_at(self.state, spread(moment))

    def show(self) -> None:
        """Bring the search attributes up to date."""
        due = earliest(deadlines(self.state))
        self.shown.show(
            stage=self.state.stage,
            owner=self.state.account_manager,
            next_action_at=due[0] if due else None,
            overdue=is_overdue(self.state),
        )

    # Opening

    async def adopt(self) -> None:
        """Begin with an existing customer: nothing was sold now, and the register may not know it yet."""
        adopted = await self.activities.adopt_account()
        self.set(account_manager=adopted.account_manager, stage="active", policy=adopted.policy)
        self.plan_nudge(adopted.next_nudge_at)
        self.story.tell(
            f"Imported: {adopted.account_manager} is the account manager, next nudge {when(adopted.next_nudge_at)}"
        )
        self.register.introduce(self.customer_id, adopted.contact, adopted.account_manager)
        self.show()

    def note_sale(self, order: WonOrder) -> None:
        """A sale of tier 2 waits for its account."""
        self.state = with_unopened(self.state, order, workflow.now())

    async def open_next(self) -> None:
        """Open the account of the first sale that waits for it. Refused, the sale goes on waiting."""
        self.set(stage="active")
        opened = await self.activities.open_account(self.state.unopened[0])
        self.set(account_manager=opened.account_manager, policy=opened.policy, unopened=self.state.unopened[1:])
        if opened.merged_into:
            self.go_into(opened.merged_into)
            return
        self.state = with_invoice(self.state, opened.invoice_id, opened.due_at)
        self.plan_nudge(opened.next_nudge_at)
        self.story.tell(
            f"Account manager {opened.account_manager}; invoice due {when(opened.due_at)}; "
            f"next nudge {when(opened.next_nudge_at)}"
        )
        self.register.tell(self.customer_id, Tier.ACCOUNT_MGMT, "active", opened.account_manager)
        self.show()

    # Changes

    def go_into(self, into: str) -> None:
        """From now on everything about this customer is the care's of the one they were merged into."""
        self.set(merged_into=into, merged_until=workflow.now() + LINGERS, invoices=[], nudge_at=None, nudge_item=None,
                 nudge_answer_by=None)  # fmt: skip
        self.story.tell(f"Merged into customer {into}, who hears of everything from now on")

    def change_status(self, stage: str) -> None:
        """The customer's status from now on; who opted out stays opted out."""
        if self.state.stage in ("opted_out", stage):
            return
        self.set(stage=stage)
        self.register.tell(self.customer_id, Tier.ACCOUNT_MGMT, stage, self.state.account_manager)

    def change_account_manager(self, account_manager: str) -> None:
        """Another account manager looks after the customer from now on."""
        self.set(account_manager=account_manager)
        self.story.tell(f"{account_manager} is the account manager from now on")
        self.register.tell(self.customer_id, Tier.ACCOUNT_MGMT, self.state.stage, account_manager)

    async def close(self, stage: str, reason: str) -> None:
        """Close the customer's record."""
        await self.activities.close(stage, reason)
        self.set(stage=stage)
        self.register.tell(self.customer_id, Tier.ACCOUNT_MGMT, stage, self.state.account_manager)
