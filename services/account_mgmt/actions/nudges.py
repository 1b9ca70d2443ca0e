"""The reminder of the next purchase: opened as work and by mail, held out to measure, escalated."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

from services.account_mgmt.actions import account_managers
from services.account_mgmt.documents import mail_texts
from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.call_opening import ago, span
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time, working_time
from services.account_mgmt.repository import customers, entities, nudges, sales, suggestions, work
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import CustomerView
from services.chassis.db import Connection
from services.chassis.mail import NewMail, queue_mail
from workflows.contracts.account_mgmt import EscalateNudge, OpenedNudge, OpenNudge
from workflows.contracts.conversion import Reminded

PRIORITY = 5
PURPOSE = "nudge"
_HUNDRED_PERCENT = 10_000


async def open_nudge(conn: Connection, request: OpenNudge) -> OpenedNudge:
    """Open the reminder, or say why not and when to look again."""
    customer = await customers.get(conn, request.customer_id, lock=True)
    policy = await policies.rules(conn)
    now = datetime.now(UTC)
    if customer.state not in ("active", "at_risk"):
        return OpenedNudge(refused=f"the customer is {customer.state.replace('_', ' ')}")
    last = await customers.last_nudge_at(conn, customer.id)
    if last is not None and last + policy.nudge_gap > now:
        again = working_time(policy, last + policy.nudge_gap)
        return OpenedNudge(look_again_at=again, refused="reminded a short while ago")
    if _held_out(policy, request):
        return await _hold_out(conn, policy, customer, request, now)
    answer_by = working_time(policy, now + policy.answer_within)
    item = await account_managers.open_work(conn, "nudge", key=request.key, customer_id=customer.id, priority=PRIORITY)
    await nudges.add(conn, item.id, customer.id, request.number, answer_by)
    await customers.nudged(conn, customer.id)
    mailed = await _mail(conn, policy, customer, request.key, now)
    return OpenedNudge(item_id=item.id, answer_by=answer_by, mailed=mailed)


def _held_out(policy: Policy, request: OpenNudge) -> bool:
    # Drawn from the key: the same nudge is always decided alike.
    return zlib.crc32(request.key.encode()) % _HUNDRED_PERCENT < policy.hold_out * _HUNDRED_PERCENT


async def _hold_out(
    conn: Connection, policy: Policy, customer: CustomerView, request: OpenNudge, now: datetime
) -> OpenedNudge:
    """No reminder this once, to see what customers do without; the next one comes a whole interval later."""
    await nudges.hold_out(conn, customer.id, request.number)
    placed = await sales.placed_times(conn, customer.id)
    again = contact_time(policy, now + reorder_cycle.interval(policy, placed), customer.contact.timezone)
    await customers.plan_nudge(conn, customer.id, again)
    return OpenedNudge(look_again_at=again, refused="left out on purpose, to measure what nudges do")


async def _mail(conn: Connection, policy: Policy, customer: CustomerView, key: str, now: datetime) -> bool:
    """The reminder by mail, if the customer wants it so and has an address."""
    contact = customer.contact
    if customer.remind_by == "call" or not contact.email:
        return False
    placed = await sales.placed_times(conn, customer.id)
    if not placed:
        return False
    bought = await suggestions.purchases(conn, customer.id)
    letter = mail_texts.nudge(
        contact.language,
        name=contact.contact_name,
        house=(await entities.all_of_them(conn))[0].name,
        ago=ago(now - placed[-1], contact.language),
        what=", ".join(one.description for one in bought[:3]),
        every=span(reorder_cycle.interval(policy, placed), contact.language),
    )
    await queue_mail(
        conn,
        NewMail(
            key=key,
            purpose=PURPOSE,
            to=contact.email,
            subject=letter.subject,
            text=letter.text,
            lead_id=customer.id,
            not_before=contact_time(policy, now, contact.timezone),
        ),
    )
    return True


async def escalate(conn: Connection, request: EscalateNudge) -> Reminded:
    """Show an unanswered nudge to everybody of the tier, first in the list."""
    policy = await policies.rules(conn)
    await work.escalate(conn, request.item_id, PRIORITY + request.level)
    return Reminded(next_at=working_time(policy, datetime.now(UTC) + policy.answer_within))
