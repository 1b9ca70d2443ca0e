"""The nudge by mail."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.documents import mail_texts
from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.mail_templates import language_of
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import legal_entities, mail_templates, orders, suggestions
from services.chassis.db import Connection
from services.chassis.mail import NewMail, queue_mail

PURPOSE = "nudge"


async def queue_nudge_mail(conn: Connection, policy: Policy, customer: Customer, key: str, now: datetime) -> bool:
    """Queue the reminder for the customer's contact hours, once per `key`; whether there is one.

    None for a customer who wants calls, has no address, or has never ordered.
    """
    contact = customer.contact
    if customer.remind_by == "call" or not contact.email:
        return False
    placed = await orders.placed_times(conn, customer.id)
    if not placed:
        return False
    bought = await suggestions.purchases(conn, customer.id)
    seller = (await legal_entities.all_of_them(conn))[0]
    own = await mail_templates.own(conn, "nudge")
    language = language_of(customer, seller, mail_texts.languages(own))
    text = mail_texts.nudge(
        language,
        name=contact.contact_name,
        company=contact.company,
        seller=seller.name,
        ago=mail_texts.spoken_ago(now - placed[-1], language),
        what=", ".join(one.description for one in bought[:3]),
        every=mail_texts.spoken_length(reorder_cycle.interval(policy, placed), language),
        own=own,
    )
    mail = NewMail(
        key=key,
        purpose=PURPOSE,
        to=contact.email,
        subject=text.subject,
        text=text.body,
        lead_id=customer.id,
        not_before=contact_time(policy, now, customer.zones),
    )
    await queue_mail(conn, mail)
    return True
