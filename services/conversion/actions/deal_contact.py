"""Who a lead is, corrected by its manager; tier 1's register, which owns companies, hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail import rows as mails
from services.conversion.actions.deals import deal_for, now
from services.conversion.actions.register import report_contact
from services.conversion.domain.contacts import changed_fields, corrections
from services.conversion.domain.deals import Deal
from services.conversion.repository import deals, timeline
from services.conversion.schemas.contacts import ContactChange
from workflows.contracts.conversion import Stage

_CORRECTED = frozenset(Stage) - {Stage.WON}
"""A customer's card is tier 3's."""
_WORDS: Mapping[str, str] = {
    "contact_name": "name", "phones": "numbers", "email": "e-mail", "timezone": "time zone", "industry": "trade",
    "city": "town",
}  # fmt: skip


async def correct_contact(conn: Connection, deal_id: str, who: Principal, change: ContactChange) -> Deal:
    """Write down who the lead is; the history says which fields, by whom and when. Nothing new changes nothing.

    Raises NotFound, Forbidden `not_owner`, Conflict `wrong_state`.
    """
    deal = await deal_for(conn, deal_id, who, allowed=_CORRECTED)
    card = deal.contact.model_copy(update=change.changes(deal.contact.phones))
    fields, was = changed_fields(deal.contact, card), deal.contact.email
    if not fields:
        return deal
    at = now()
    # Whoever reads the history without the right to the numbers must not find them there.
    told: dict[str, Any] = {"fields": fields, "was": {name: getattr(deal.contact, name) for name in fields
                                                      if name in ("company", "contact_name")}}  # fmt: skip
    text = ", ".join(_WORDS.get(name, name) for name in fields)
    event_id = await timeline.add(conn, deal.id, at=at, by=who.person, kind="contact", text=text, data=told)
    known = corrections(deal.contact_changes, deal.contact, card)
    deal = await deals.update(conn, deal.id, contact=card, contact_changes=known)
    if "email" in fields and was:
        await _follow(conn, deal, was, card.email)
    await report_contact(conn, deal, fields, who.person, event_id=event_id, at=at)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return deal


async def _follow(conn: Connection, deal: Deal, was: str, now_at: str | None) -> None:
    """What waits to go to the address that was wrong goes to the right one, or nowhere if there is none."""
    if now_at:
        await mails.readdress(conn, deal.lead_id, was, now_at)
        return
    for mail in await mails.queued_for(conn, deal.lead_id):
        if mail.recipient.lower() == was.lower():
            await mails.withdraw(conn, mail, "their address was taken out")
            await publish(conn, "mail.withdrawn", mail_id=mail.id, lead_id=mail.lead_id)
