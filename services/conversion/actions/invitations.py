"""Mails about meetings: invitation, new time, cancellation, reminders, and other times after a missed one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.chassis.mail import Attachment, NewMail, queue_mail, withdraw_keys
from services.chassis.mail.house import house
from services.conversion.actions.deals import now
from services.conversion.actions.meeting_slots import find_slots
from services.conversion.documents import calendar_file
from services.conversion.documents.calendar_file import Called, Method
from services.conversion.documents.meeting_mail import (
    Change,
    for_the_manager,
    for_who_does_not_come,
    subject_and_text,
)
from services.conversion.domain.deals import Deal
from services.conversion.domain.managers import Manager
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.policy import Policy
from services.conversion.domain.slots import Stretch, on_grid
from services.conversion.repository import managers
from workflows.contracts.base import ContactCard

_PURPOSE = "meeting"
_PROPOSED = 3
_HORIZON = timedelta(days=14)


@dataclass(frozen=True)
class _Occasion:
    """What mails about a meeting are written from. `manager` is whose meeting it is, as far as they are known."""

    meeting: Meeting
    deal: Deal
    manager: Manager | None
    policy: Policy

    @property
    def name(self) -> str:
        """Who comes."""
        return self.manager.name if self.manager else self.meeting.manager

    @property
    def zone(self) -> ZoneInfo:
        """The manager's own clock."""
        hours = self.manager.hours if self.manager else None
        return ZoneInfo((hours or self.policy.calendar).timezone)

    @property
    def method(self) -> Method:
        """What calendars are to do with the entry."""
        return "CANCEL" if self.meeting.state == "cancelled" else "REQUEST"

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
        subject, text = subject_and_text(
            change, self.meeting, self.deal.contact, manager=self.name, seller=self.policy.seller[0], free=free
        )
        return NewMail(
            key=key, purpose=_PURPOSE, to=self.deal.contact.email or "", subject=subject, text=text,
            lead_id=self.deal.lead_id, not_before=not_before, reply_to=self.manager.email if self.manager else None,
            attachments=attachments,
        )  # fmt: skip

    def invitation(self, key: str, change: Change) -> NewMail:
        """The mail that makes, moves or ends the entry in the lead's own calendar."""
        entry = calendar_file.for_the_customer(self.called(self.deal.contact), self.method)
        return self.to_lead(key, change, attachments=[_entry(entry, self.method)])

    def to_manager(self, key: str, change: Change, address: str) -> NewMail:
        """The mail to the manager, with times of the manager's zone."""
        subject, text = for_the_manager(change, self.meeting, self.deal.contact, self.zone)
        entry = calendar_file.for_the_manager(self.called(self.deal.contact), self.method, address)
        return self._inside(key, address, (subject, text), _entry(entry, self.method))

    def away(self, key: str, address: str) -> NewMail:
        """The mail that takes the entry out of the calendar of a manager who does not come any more."""
        words = for_who_does_not_come(self.meeting, self.deal.contact, self.zone)
        entry = calendar_file.for_the_manager(self.called(self.deal.contact), "CANCEL", address)
        return self._inside(key, address, words, _entry(entry, "CANCEL"))

    def _inside(self, key: str, address: str, words: tuple[str, str], entry: Attachment) -> NewMail:
        return NewMail(
            key=key, purpose=_PURPOSE, to=address, subject=words[0], text=words[1], lead_id=self.deal.lead_id,
            attachments=[entry],
        )  # fmt: skip

    def called(self, contact: ContactCard) -> Called:
        """The meeting as its calendar entries are made from it."""
        return Called(self.meeting, contact, self.name, self.policy.seller[0], house())


def _entry(content: bytes, method: Method) -> Attachment:
    return Attachment("meeting.ics", f"text/calendar; method={method}", content)


async def _occasion(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy) -> _Occasion:
    return _Occasion(meeting, deal, await managers.find(conn, meeting.manager), policy)


async def invite(
    conn: Connection, meeting: Meeting, deal: Deal, policy: Policy, change: Change, *, customer_too: bool = True
) -> None:
    """Send the calendar entry to lead and manager, whoever has an address; reminders follow the meeting's time.

    The lead hears of it only if something has changed that they see (`customer_too`).
    """
    await _end_reminders(conn, meeting)
    occasion = await _occasion(conn, meeting, deal, policy)
    key = f"meeting:{meeting.id}:{meeting.sequence}:{change}"
    if deal.contact.email:
        if customer_too:
            await queue_mail(conn, occasion.invitation(f"{key}:lead", change))
        if change != "cancelled":
            await _remind(conn, occasion)
    if occasion.manager and occasion.manager.email:
        await queue_mail(conn, occasion.to_manager(f"{key}:manager", change, occasion.manager.email))


async def uninvite(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy, manager: Manager | None) -> None:
    """Take the entry out of the calendar of the manager who had the meeting; the lead is reminded of nothing as yet."""
    await _end_reminders(conn, meeting)
    if manager is not None and manager.email:
        occasion = _Occasion(meeting, deal, manager, policy)
        key = f"meeting:{meeting.id}:{meeting.sequence}:away:{manager.id}"
        await queue_mail(conn, occasion.away(key, manager.email))


async def entry_of(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy, contact: ContactCard) -> bytes:
    """The entry to be fetched for a calendar of one's own, about a contact as the reader may see it."""
    called = (await _occasion(conn, meeting, deal, policy)).called(contact)
    return calendar_file.for_the_manager(called, "CANCEL" if meeting.state == "cancelled" else "PUBLISH")


async def _end_reminders(conn: Connection, meeting: Meeting) -> None:
    await withdraw_keys(conn, f"meeting:{meeting.id}:reminder:", "the meeting has changed")


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
    occasion = await _occasion(conn, meeting, deal, policy)
    times = [days[day] for day in sorted(days)][:_PROPOSED]
    await queue_mail(conn, occasion.to_lead(f"meeting:{meeting.id}:missed", "missed", free=times))


async def withdraw_invitations(conn: Connection, meeting: Meeting) -> None:
    """Take back what was not sent yet of a meeting that was held, missed or cancelled."""
    why = "the meeting was cancelled" if meeting.state == "cancelled" else "the meeting is over"
    await withdraw_keys(conn, f"meeting:{meeting.id}:", why)
