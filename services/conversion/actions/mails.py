"""Mails of tier 2 that did not arrive, and whose work they become."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.logging import mask
from services.chassis.mail.rows import Mail, Scope
from services.chassis.sentences import said
from services.conversion.actions.deals import now
from services.conversion.actions.teams import whose_deals
from services.conversion.actions.work import open_deal_work
from services.conversion.domain.stages import WORKED
from services.conversion.repository import deals, timeline
from services.conversion.repository.teams import mails_seen

_PRIORITY = 10


async def scope_of(conn: Connection, who: Principal) -> Scope | None:
    """The mails that somebody may see: those to leads whose deals they may see; none means all."""
    people = await whose_deals(conn, who)
    return None if people is None else Scope(mails_seen, people)


async def lead_first(conn: Connection, lead_id: str) -> None:
    """Lock a lead's deal, as everything does that changes it, before any mail of its lead."""
    await deals.lock_latest(conn, lead_id)


async def on_trouble(conn: Connection, mail: Mail) -> None:
    """The deal's owner sees it and calls instead; without one, the supervisor does."""
    if mail.lead_id is None:
        return
    deal = await deals.lock_latest(conn, mail.lead_id)
    if deal is None:
        return
    owner = deal.owner if deal.stage in WORKED else None
    text = said(f"a mail did not arrive ({mail.purpose}): {mask(mail.last_error or '')}")
    key = f"mail:{mail.id}:{mail.created_at.timestamp()}"
    await open_deal_work(conn, deal, key, "mail", owner, _PRIORITY, {"mail_id": mail.id, "text": text})
    await timeline.add(conn, deal.id, at=now(), by="mail", kind="mail_failed", text=text, data={"mail_id": mail.id})
