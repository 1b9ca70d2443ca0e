"""Mails about meetings: invitation, new time, cancellation, reminders, and other times after a missed one."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.chassis.mail import Attachment, NewMail, queue_mail, withdraw_keys
from services.conversion.actions.deals import now
from services.conversion.actions.meeting_slots import find_slots
from services.conversion.documents.calendar_file import calendar_file
from services.conversion.documents.meeting_mail import Change, for_the_manager, subject_and_text
from services.conversion.domain.deals import Deal
from services.conversion.domain.managers import Manager
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.policy import Policy
from services.conversion.domain.slots import on_grid
from services.conversion.repository import managers

_PURPOSE = "meeting"
_PROPOSED = 3
_HORIZON = timedelta(days=14)


async def invite(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy, change: Change) -> None:
    """Send the calendar entry to lead and manager, whoever has an address; reminders follow the meeting's time."""
    await withdraw_keys(conn, f"meeting:{meeting.id}:reminder:")
    owner = await managers.find(conn, meeting.manager)
    entry = _entry(meeting, deal, owner)
    key = f"meeting:{meeting.id}:{meeting.sequence}:{change}"
    if deal.contact.email:
        await _to_lead(conn, f"{key}:lead", meeting, deal, owner, policy, change, entry)
        if change != "cancelled":
            await _remind(conn, meeting, deal, owner, policy)
    if owner and owner.email:
        zone = ZoneInfo((owner.hours or policy.calendar).timezone)
        subject, text = for_the_manager(change, meeting, deal.contact, zone)
        await queue_mail(
            conn,
            NewMail(
                key=f"{key}:manager", purpose=_PURPOSE, to=owner.email, subject=subject, text=text,
                lead_id=deal.lead_id, attachments=[entry],
            ),
        )  # fmt: skip


async def propose_again(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy) -> None:
    """The customer did not come: write which times are free."""
    if not deal.contact.email:
        return
    length = meeting.ends_at - meeting.starts_at
    begin = on_grid(now())
    free = await find_slots(conn, policy, meeting.manager, begin, begin + _HORIZON, length, 200)
    # Not three quarters of the same hour: the first one of each of the next days.
    days = {opens.date(): (opens, closes) for opens, closes in reversed(free)}
    owner = await managers.find(conn, meeting.manager)
    subject, text = subject_and_text(
        "missed", meeting, deal.contact, manager=_name(owner, meeting), seller=policy.seller[0],
        free=[days[day] for day in sorted(days)][:_PROPOSED],
    )  # fmt: skip
    await queue_mail(
        conn,
        NewMail(
            key=f"meeting:{meeting.id}:missed", purpose=_PURPOSE, to=deal.contact.email, subject=subject, text=text,
            lead_id=deal.lead_id, reply_to=owner.email if owner else None,
        ),
    )  # fmt: skip


async def forget(conn: Connection, meeting: Meeting) -> None:
    """Take back what was not sent yet."""
    await withdraw_keys(conn, f"meeting:{meeting.id}:")


async def _remind(conn: Connection, meeting: Meeting, deal: Deal, owner: Manager | None, policy: Policy) -> None:
    for number, before in enumerate(policy.remind_before):
        at = meeting.starts_at - before
        if at <= now():
            continue
        subject, text = subject_and_text(
            "reminder", meeting, deal.contact, manager=_name(owner, meeting), seller=policy.seller[0]
        )
        await queue_mail(
            conn,
            NewMail(
                key=f"meeting:{meeting.id}:reminder:{meeting.sequence}:{number}", purpose=_PURPOSE,
                to=deal.contact.email or "", subject=subject, text=text, lead_id=deal.lead_id, not_before=at,
                reply_to=owner.email if owner else None,
            ),
        )  # fmt: skip


async def _to_lead(
    conn: Connection,
    key: str,
    meeting: Meeting,
    deal: Deal,
    owner: Manager | None,
    policy: Policy,
    change: Change,
    entry: Attachment,
) -> None:
    subject, text = subject_and_text(
        change, meeting, deal.contact, manager=_name(owner, meeting), seller=policy.seller[0]
    )
    mail = NewMail(
        key=key, purpose=_PURPOSE, to=deal.contact.email or "", subject=subject, text=text, lead_id=deal.lead_id,
        reply_to=owner.email if owner else None, attachments=[entry],
    )  # fmt: skip
    await queue_mail(conn, mail)


def _entry(meeting: Meeting, deal: Deal, owner: Manager | None) -> Attachment:
    method = "CANCEL" if meeting.state == "cancelled" else "REQUEST"
    content = calendar_file(meeting, deal.contact, organizer=owner.email if owner else None, method=method)
    return Attachment("meeting.ics", f"text/calendar; method={method}", content)


def _name(owner: Manager | None, meeting: Meeting) -> str:
    return owner.name if owner else meeting.manager
