"""Mails about meetings: invitation, new time, cancellation, reminders, and other times after a missed one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from services.conversion.domain.slots import Stretch, on_grid
from services.conversion.repository import managers

_PURPOSE = "meeting"
_PROPOSED = 3
_HORIZON = timedelta(days=14)


@dataclass(frozen=True)
class _Occasion:
    """What mails about a meeting are written from."""

    meeting: Meeting
    deal: Deal
    owner: Manager | None
    policy: Policy

    def to_lead(
        self,
        key: str,
        change: Change,
        *,
        free: Sequence[Stretch] = (),
        not_before: datetime | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> NewMail:
        """The mail to the lead, who must have an address."""
        name = self.owner.name if self.owner else self.meeting.manager
        subject, text = subject_and_text(
            change, self.meeting, self.deal.contact, manager=name, seller=self.policy.seller[0], free=free
        )
        return NewMail(
            key=key, purpose=_PURPOSE, to=self.deal.contact.email or "", subject=subject, text=text,
            lead_id=self.deal.lead_id, not_before=not_before, reply_to=self.owner.email if self.owner else None,
            attachments=attachments,
        )  # fmt: skip

    def to_manager(self, key: str, change: Change, address: str, calendar_entry: Attachment) -> NewMail:
        """The mail to the manager, with times of the manager's zone."""
        hours = self.owner.hours if self.owner else None
        zone = ZoneInfo((hours or self.policy.calendar).timezone)
        subject, text = for_the_manager(change, self.meeting, self.deal.contact, zone)
        return NewMail(
            key=key, purpose=_PURPOSE, to=address, subject=subject, text=text, lead_id=self.deal.lead_id,
            attachments=[calendar_entry],
        )  # fmt: skip

    def calendar_entry(self) -> Attachment:
        """The calendar file that makes, moves or ends the meeting in the reader's own calendar."""
        method = "CANCEL" if self.meeting.state == "cancelled" else "REQUEST"
        organizer = self.owner.email if self.owner else None
        content = calendar_file(self.meeting, self.deal.contact, organizer=organizer, method=method)
        return Attachment("meeting.ics", f"text/calendar; method={method}", content)


async def invite(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy, change: Change) -> None:
    """Send the calendar entry to lead and manager, whoever has an address; reminders follow the meeting's time."""
    await withdraw_keys(conn, f"meeting:{meeting.id}:reminder:")
    owner = await managers.find(conn, meeting.manager)
    occasion = _Occasion(meeting, deal, owner, policy)
    entry = occasion.calendar_entry()
    key = f"meeting:{meeting.id}:{meeting.sequence}:{change}"
    if deal.contact.email:
        await queue_mail(conn, occasion.to_lead(f"{key}:lead", change, attachments=[entry]))
        if change != "cancelled":
            await _remind(conn, occasion)
    if owner and owner.email:
        await queue_mail(conn, occasion.to_manager(f"{key}:manager", change, owner.email, entry))


async def _remind(conn: Connection, occasion: _Occasion) -> None:
    meeting = occasion.meeting
    for number, before in enumerate(occasion.policy.remind_before):
        at = meeting.starts_at - before
        if at > now():
            key = f"meeting:{meeting.id}:reminder:{meeting.sequence}:{number}"
            await queue_mail(conn, occasion.to_lead(key, "reminder", not_before=at))


async def propose_other_times(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy) -> None:
    """The customer did not come: write which times are free."""
    if not deal.contact.email:
        return
    length = meeting.ends_at - meeting.starts_at
    begin = on_grid(now())
    free = await find_slots(conn, policy, meeting.manager, begin, begin + _HORIZON, length, 200)
    # Not three quarters of the same hour: the first one of each of the next days.
    days = {opens.date(): (opens, closes) for opens, closes in reversed(free)}
    occasion = _Occasion(meeting, deal, await managers.find(conn, meeting.manager), policy)
    times = [days[day] for day in sorted(days)][:_PROPOSED]
    await queue_mail(conn, occasion.to_lead(f"meeting:{meeting.id}:missed", "missed", free=times))


async def withdraw_invitations(conn: Connection, meeting: Meeting) -> None:
    """Take back what was not sent yet."""
    await withdraw_keys(conn, f"meeting:{meeting.id}:")
