"""Mails that a manager writes from a deal's page, and takes back while they have not gone out."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.chassis.events import publish
from services.chassis.mail import NewMail, queue_mail
from services.chassis.mail import rows as mails
from services.conversion.actions.deals import check_owner, now
from services.conversion.actions.teams import deal_seen
from services.conversion.domain.deals import Deal
from services.conversion.repository import managers, templates, timeline
from services.conversion.schemas.mails import WrittenMail

_MOST_TEMPLATES = 100


async def template_names(conn: Connection) -> list[str]:
    """Names of the mail templates, in order."""
    return sorted(await templates.names(conn))[:_MOST_TEMPLATES]


async def write_mail(conn: Connection, deal: Deal, who: Principal, written: WrittenMail) -> str:
    """Queue a mail to the deal's lead, with the files of the template it began with; the mail's id.

    The deal does not move: a call is still promised, if one was. Raises Conflict `no_address`.
    """
    if not deal.contact.email:
        raise Conflict("this customer has no known e-mail address", code="no_address")
    author = await managers.find(conn, who.person)
    files = await templates.files(conn, written.template) if written.template else []
    mail = NewMail(
        key=f"deal:{deal.id}:{new_id()}", purpose="letter", to=deal.contact.email, subject=written.subject,
        text=written.body, lead_id=deal.lead_id, reply_to=author.email if author else None, attachments=files,
    )  # fmt: skip
    mail_id = await queue_mail(conn, mail)
    await timeline.add(
        conn, deal.id, at=now(), by=who.person, kind="mail", text=written.subject, data={"mail_id": mail_id}
    )
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return mail_id


async def withdraw_mail(conn: Connection, deal_id: str, mail_id: str, who: Principal) -> None:
    """Take a mail back that has not gone out. Raises NotFound, Forbidden `not_owner`, Conflict `wrong_state`."""
    deal = await deal_seen(conn, deal_id, who, lock=True)
    check_owner(deal, who)
    mail = await mails.get(conn, mail_id, lock=True)
    if mail.lead_id != deal.lead_id:
        raise NotFound("there is no such mail")
    await mails.withdraw(conn, mail)
    await timeline.add(
        conn, deal.id, at=now(), by=who.person, kind="mail_withdrawn", text=mail.subject, data={"mail_id": mail.id}
    )
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)


async def mail_text(conn: Connection, deal_id: str, mail_id: str, who: Principal) -> str:
    """What a mail to the deal's lead says. Raises NotFound."""
    deal = await deal_seen(conn, deal_id, who)
    mail = await mails.get(conn, mail_id)
    if mail.lead_id != deal.lead_id:
        raise NotFound("there is no such mail")
    return mail.body
