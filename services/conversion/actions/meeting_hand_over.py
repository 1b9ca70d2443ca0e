"""Coming meetings of a deal that changes hands: given to whoever can come, or left for somebody to be found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.sentences import said
from services.conversion.actions.deals import close_work, now, policy_of
from services.conversion.actions.invitations import invite, uninvite
from services.conversion.actions.meeting_slots import check_at_work, read_diaries
from services.conversion.actions.meetings import booked_meeting, refuse_double
from services.conversion.actions.work import QUESTION_PRIORITY, open_deal_work
from services.conversion.domain.deals import Deal
from services.conversion.domain.diaries import Diary, Hindrance, unable
from services.conversion.domain.managers import Manager
from services.conversion.domain.meetings import Meeting, check_ahead
from services.conversion.domain.policy import Policy
from services.conversion.domain.take_over import HandedMeeting
from services.conversion.repository import deals, managers, meetings, timeline
from services.conversion.schemas.meetings import MeetingFor
from workflows.contracts.conversion import DealMoved

_ASKED = 100
FIND_SOMEBODY = "find somebody for the meeting, or another time"
"""The first thing to do for a deal whose meeting nobody comes to."""


@dataclass(frozen=True)
class ComingMeetings:
    """Coming meetings of several deals, and who of several managers can come to them."""

    of_deal: Mapping[str, Sequence[Meeting]]
    diaries: Mapping[str, Diary]

    def unable(self) -> dict[str, set[str]]:
        """By deal: who cannot come to all of its meetings."""
        times = {deal_id: [(row.starts_at, row.ends_at) for row in rows] for deal_id, rows in self.of_deal.items()}
        return unable(self.diaries, times)

    def of(self, deal_id: str, manager: str | None) -> list[HandedMeeting]:
        """A deal's meetings if this manager gets it."""
        rows = self.of_deal.get(deal_id, ())
        return [HandedMeeting(row, self._why_not(row, manager)) for row in rows] if manager else []

    def _why_not(self, meeting: Meeting, manager: str | None) -> str | None:
        diary = self.diaries.get(manager or "")
        why = _hindered(diary, meeting) if diary and meeting.manager != manager else None
        return diary.in_words(why) if diary and why else None


def _is_left_by(meeting: Meeting, leaving: str | None) -> bool:
    """Whether somebody must come instead of `leaving`; a colleague who was asked to come still does."""
    return leaving in (None, meeting.manager) or meeting.needs_person is not None


def _hindered(diary: Diary, meeting: Meeting) -> Hindrance | None:
    return diary.hindrance(meeting.starts_at, meeting.ends_at)


async def read_coming(
    conn: Connection, policy: Policy, deal_ids: Sequence[str], manager_ids: Sequence[str], *, leaving: str
) -> ComingMeetings:
    """The coming meetings of these deals to which `leaving` would have come, and these managers' diaries for them."""
    found = [row for row in await meetings.coming(conn, deal_ids, now()) if _is_left_by(row, leaving)]
    if not found:
        return ComingMeetings({}, {})
    of_deal: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in found:
        of_deal[meeting.deal_id or ""].append(meeting)
    end = max(meeting.ends_at for meeting in found)
    return ComingMeetings(of_deal, await read_diaries(conn, policy, manager_ids, found[0].starts_at, end))


async def hand_meetings_over(
    conn: Connection, deal: Deal, manager: str, *, leaving: str | None = None
) -> list[Meeting]:
    """Give a deal's coming meetings to its new manager, as far as they are at work and free; the rest keep their time.

    The meetings to which nobody comes as yet: they are in the new manager's list until somebody is found. The old
    manager's entry is taken back; of `leaving` only, if given: whoever had it before has no entry any more.
    """
    left = []
    for meeting in await meetings.coming(conn, [deal.id], now()):
        comes = meeting.manager == manager and meeting.needs_person is None
        if comes or not _is_left_by(meeting, leaving):
            continue
        kept = await _give(conn, meeting, deal, manager, tell=leaving in (None, meeting.manager))
        await publish(conn, "meeting.changed", meeting_id=kept.id, deal_id=deal.id, state=kept.state)
        if kept.needs_person:
            left.append(kept)
    if left:
        await deals.update(conn, deal.id, next_action=FIND_SOMEBODY)
    return left


def due_with(left: Sequence[Meeting], planned: datetime, at: datetime) -> datetime:
    """When the first step is due: not after a meeting for which somebody must be found."""
    return max(at, min([planned, *(meeting.starts_at for meeting in left)]))


async def _give(conn: Connection, meeting: Meeting, deal: Deal, manager: str, *, tell: bool) -> Meeting:
    policy = await policy_of(conn, deal)
    old = await managers.find(conn, meeting.manager)
    diary = (await read_diaries(conn, policy, [manager], meeting.starts_at, meeting.ends_at))[manager]
    why = diary.off_work(meeting.starts_at, meeting.ends_at)
    if why is None:
        try:
            given = await meetings.give(conn, meeting.id, manager)
        except meetings.DoubleBooked:
            why = "meeting"
        else:
            await _given(conn, meeting, given, deal, policy, old, tell=tell)
            return given
    kept = await meetings.leave_open(conn, meeting.id, diary.in_words(why), entry_changes=tell)
    if tell:
        await uninvite(conn, kept, deal, policy, old)
    await _ask(conn, kept, deal, manager, policy)
    return kept


async def assign_meeting(conn: Connection, meeting_id: str, who: Principal, asked: MeetingFor) -> Meeting:
    """Somebody else comes to a meeting; the deal stays its owner's, and the customer is told with whom they speak.

    Raises Invalid on `manager`, and like a booking.
    """
    meeting, deal = await booked_meeting(conn, meeting_id, who)
    check_ahead(meeting, now())
    found = await managers.find(conn, asked.manager)
    if found is None or not found.active:
        raise Invalid("is not an active manager", field="manager")
    if meeting.manager == asked.manager and meeting.needs_person is None:
        return meeting
    policy = await policy_of(conn, deal)
    if not asked.outside_hours:
        await check_at_work(conn, policy, asked.manager, meeting.starts_at, meeting.ends_at)
    try:
        given = await meetings.give(conn, meeting.id, asked.manager)
    except meetings.DoubleBooked:
        await refuse_double(conn, policy, asked.manager, meeting.starts_at, meeting.ends_at)
    # Who left the deal with its owner's meeting has no entry any more.
    tell = meeting.needs_person is None or meeting.manager == deal.owner
    await _given(conn, meeting, given, deal, policy, await managers.find(conn, meeting.manager), tell=tell)
    await close_work(conn, deal, ["reminder"], "somebody comes to the meeting")
    await _next_is_meeting(conn, deal, given, policy, who)
    await publish(conn, "meeting.changed", meeting_id=given.id, deal_id=deal.id, state=given.state)
    return given


async def who_can_come(conn: Connection, policy: Policy, meeting: Meeting) -> list[tuple[Manager, str | None]]:
    """Active managers who do not come to a meeting yet, those who can first; of the others, why they cannot."""
    active = await managers.page(conn, active=True, limit=_ASKED, after=None)
    others = {one.id: one for one in active if one.id != meeting.manager}
    diaries = await read_diaries(conn, policy, list(others), meeting.starts_at, meeting.ends_at)
    hindered = {one: _hindered(diary, meeting) for one, diary in diaries.items()}
    told = [(others[one], diaries[one].in_words(why) if why else None) for one, why in hindered.items()]
    return sorted(told, key=lambda one: (one[1] is not None, one[0].name))


async def _next_is_meeting(conn: Connection, deal: Deal, meeting: Meeting, policy: Policy, who: Principal) -> None:
    if deal.next_action != FIND_SOMEBODY:
        return
    await deals.update(conn, deal.id, next_action="meeting", next_action_at=meeting.ends_at)
    answer = DealMoved(
        event_id=f"moved:{meeting.id}:{meeting.sequence}",
        at=now(),
        by=who.person,
        what="somebody comes to the meeting",
        stage=deal.stage,
        next_action_at=meeting.ends_at,
        stale_at=policy.stale_at(deal.stage, deal.stage_since),
    )
    await outbox.signal(conn, deal.workflow_id, "moved", answer)


async def leave_meetings(
    conn: Connection, manager: str, start: datetime, end: datetime, why: Hindrance = "absence"
) -> int:
    """A manager will be away: supervisors find somebody for the meetings of that time; how many."""
    found = await meetings.coming_during(conn, manager, start, end, now())
    for meeting in found:
        deal = await deals.get(conn, meeting.deal_id or "")
        policy = await policy_of(conn, deal)
        diary = (await read_diaries(conn, policy, [manager], meeting.starts_at, meeting.ends_at))[manager]
        kept = await meetings.leave_open(conn, meeting.id, diary.in_words(why), entry_changes=False)
        await _ask(conn, kept, deal, None, policy)
        await publish(conn, "meeting.changed", meeting_id=kept.id, deal_id=deal.id, state=kept.state)
    return len(found)


async def come_after_all(conn: Connection, manager: str) -> int:
    """A manager is not away after all: they come to the meetings for which somebody was sought; how many."""
    found = await meetings.attend_again(conn, manager, now())
    for meeting in found:
        deal = await deals.get(conn, meeting.deal_id or "")
        await close_work(conn, deal, ["reminder"], "the manager comes after all")
        await publish(conn, "meeting.changed", meeting_id=meeting.id, deal_id=meeting.deal_id, state=meeting.state)
    return len(found)


async def _given(
    conn: Connection, before: Meeting, given: Meeting, deal: Deal, policy: Policy, old: Manager | None, *, tell: bool
) -> None:
    new = await managers.find(conn, given.manager)
    if tell and before.manager != given.manager:
        await uninvite(conn, given, deal, policy, old)
    names = [who.name if who else fallback for who, fallback in ((old, before.manager), (new, given.manager))]
    await invite(conn, given, deal, policy, "reassigned", customer_too=names[0] != names[1])
    await timeline.add(
        conn, deal.id, at=now(), by="policy", kind="meeting_given", text=said(f"{names[1]} comes to the meeting"),
        data={"meeting_id": given.id, "starts_at": given.starts_at},
    )  # fmt: skip


async def _ask(conn: Connection, kept: Meeting, deal: Deal, person: str | None, policy: Policy) -> None:
    when = kept.starts_at.astimezone(policy.zone)
    text = said(f"nobody comes to the meeting of {when:%Y-%m-%d %H:%M}: {kept.needs_person}")
    await timeline.add(
        conn, deal.id, at=now(), by="policy", kind="meeting_needs_person", text=text,
        data={"meeting_id": kept.id, "starts_at": kept.starts_at},
    )  # fmt: skip
    key = f"meeting:{kept.id}:{kept.updated_at.timestamp()}:needs-person"
    await open_deal_work(conn, deal, key, "reminder", person, QUESTION_PRIORITY, {"level": 1, "text": text})
