"""Whether a mail that waits may still go: asked at the moment of sending, and when a deal ends."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail import rows as mails
from services.chassis.mail.rows import Mail
from services.conversion.actions.deals import now
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal
from services.conversion.domain.mail_keys import MeetingMail, meeting_mail, subject_id
from services.conversion.domain.meetings import Meeting
from services.conversion.repository import deals, meetings, offers
from workflows.contracts.conversion import Stage

_ENDED = {Stage.LOST: "the deal was lost", Stage.ASLEEP: "the deal was put to sleep"}
_GOOD_OFFERS = ("sent", "accepted")


async def why_not(conn: Connection, mail: Mail) -> str | None:
    """Why a mail must not go any more, in words for colleagues; none if it may.

    A deal that has ended since takes back what was written for it; about a meeting, only the meeting decides.
    """
    if mail.lead_id is None:
        return None
    about = meeting_mail(mail.key)
    if about is not None:
        return await _meeting(conn, mail, about)
    deal = await _deal_of(conn, mail)
    # Whatever was queued after the end was meant for a deal that had ended.
    if deal is not None and deal.stage in _ENDED and mail.created_at < deal.stage_since:
        return _ENDED[deal.stage]
    offer_id = subject_id("offer", mail.key)
    offer = await offers.find(conn, offer_id) if offer_id else None
    return f"the offer is {offer.state}" if offer is not None and offer.state not in _GOOD_OFFERS else None


async def withdraw_unwanted(conn: Connection, deal: Deal) -> None:
    """Take back at once what would be taken back when its turn comes."""
    for mail in await mails.queued_for(conn, deal.lead_id):
        why = await why_not(conn, mail)
        if why is not None:
            await mails.withdraw(conn, mail, why)
            await publish(conn, "mail.withdrawn", mail_id=mail.id, lead_id=mail.lead_id)


async def _deal_of(conn: Connection, mail: Mail) -> Deal | None:
    if deal_id := subject_id("deal", mail.key):
        return await deals.get(conn, deal_id)
    return await deals.latest(conn, mail.lead_id or "")


async def _meeting(conn: Connection, mail: Mail, about: MeetingMail) -> str | None:
    meeting = await meetings.find(conn, about.meeting_id)
    if meeting is None:
        return None
    if about.what == "missed":
        return await _missed(conn, meeting)
    if about.what == "away":
        return "they come to the meeting after all" if meeting.manager == about.reader else None
    if not about.invites and about.what != "reminder":
        return None
    if meeting.state == "cancelled":
        return "the meeting was cancelled"
    if meeting.state != "booked" or (meeting.starts_at if about.what == "reminder" else meeting.ends_at) <= now():
        return "the meeting is over"
    if about.what == "reminder":
        if meeting.customer_answer is not None and meeting.customer_answer.answer == "declined":
            return "they have said that they do not come"
        return "nobody comes to the meeting as yet" if meeting.needs_person else None
    prefix = f"meeting:{about.meeting_id}:"
    later = about.is_followed(await mails.keys_for(conn, mail.lead_id or "", prefix))
    return "a later invitation to the meeting goes out" if later else None


async def _missed(conn: Connection, meeting: Meeting) -> str | None:
    deal = await deals.get(conn, meeting.deal_id or "")
    if deal.stage not in stages.WORKED:
        return _ENDED.get(deal.stage, "the deal goes on elsewhere")
    coming = await meetings.coming(conn, [deal.id], now())
    return "another meeting is arranged" if coming else None
