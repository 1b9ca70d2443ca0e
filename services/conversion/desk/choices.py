"""What a form of a deal's page offers to choose from: free times, templates, reasons, lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.web.formats import Formats
from services.conversion.actions.deal_mails import template_names
from services.conversion.actions.deal_page import DealPage
from services.conversion.actions.meeting_hand_over import who_can_come
from services.conversion.actions.meeting_slots import TimesAsked, free_times
from services.conversion.actions.playbooks import playbook_names
from services.conversion.actions.templates import preview_template
from services.conversion.desk.asks import instant
from services.conversion.desk.lines import editor_of
from services.conversion.domain.deals import wanted_by
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.offers import live
from services.conversion.domain.slots import Stretch

_WEEKS_AHEAD = 12
MOST_TIMES = 12
"""So many free times of one day are offered to choose from; any other is typed."""
_USUAL = (8, 20)
_SPOKEN = (
    "bg",
    "cs",
    "de",
    "en",
    "es",
    "et",
    "fr",
    "hu",
    "it",
    "lt",
    "lv",
    "nl",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "tr",
    "uk",
)
"""Languages that customers of the house usually write in; whichever a card has already is offered too."""


async def choices(
    conn: Connection, who: Principal, page: DealPage, fmt: Formats, name: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    """What the form of this name needs beside its fields."""
    if name in ("book", "move"):
        return await _times(conn, page, fmt, values)
    if name == "give":
        return await _colleagues(conn, page, values)
    if name == "mail":
        return await _letter(conn, who, page, values)
    if name == "contact":
        return {"languages": languages_of(fmt, page.deal.contact.language)}
    if name == "start":
        return {"playbooks": await playbook_names(conn)}
    if name in ("offer", "win"):
        return {"sold": live(page.offers, page.read_at)[::-1], "editor": await editor_of(conn, who, page, values, fmt)}
    return {}


def languages_of(fmt: Formats, *more: str) -> list[tuple[str, str]]:
    """Languages to choose from, by their names in the reader's own."""
    return sorted(((code, fmt.language(code)) for code in {*_SPOKEN, *more}), key=lambda one: one[1])


async def _times(conn: Connection, page: DealPage, fmt: Formats, values: Mapping[str, Any]) -> dict[str, Any]:
    """The free times of seven days, by day on the reader's clock."""
    today = fmt.now.astimezone(fmt.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    week = _week(values, fmt, today)
    first = today + timedelta(weeks=week)
    length = _length(page, values)
    whose = _whose(page, values)
    found = await free_times(conn, page.policy, TimesAsked(whose, wanted_by(page.deal), first, 7, length))
    by_day = [(day, _on(day, found, fmt.zone)) for day in (first + timedelta(days=number) for number in range(7))]
    return {
        "week": week,
        "last_week": _WEEKS_AHEAD,
        "days": [(day, by_daylight(slots, fmt.zone)) for day, slots in by_day if slots or day.weekday() < 5],
        "other": _beside(values, found, fmt),
        "minutes": length or page.policy.meeting_minutes,
        "whose": whose,
    }


def _meeting(page: DealPage, values: Mapping[str, Any]) -> Meeting | None:
    return next((one for one in page.meetings if one.id == values.get("meeting")), None)


def _whose(page: DealPage, values: Mapping[str, Any]) -> str | None:
    """Whose free times: of whoever comes to the meeting that is moved, else of the deal's owner."""
    meeting = _meeting(page, values)
    return meeting.manager if meeting and not meeting.needs_person else page.deal.owner


async def _colleagues(conn: Connection, page: DealPage, values: Mapping[str, Any]) -> dict[str, Any]:
    """Who can come to a meeting, and why the others cannot."""
    meeting = _meeting(page, values)
    return {"meeting": meeting, "who": await who_can_come(conn, page.policy, meeting) if meeting else []}


def _week(values: Mapping[str, Any], fmt: Formats, today: datetime) -> int:
    """How many weeks from today: the one of the time that was chosen, else as asked."""
    chosen = _chosen(values, fmt)
    if chosen is not None:
        return max(0, min(_WEEKS_AHEAD, (chosen - today).days // 7))
    asked = str(values.get("week") or "0")
    return min(_WEEKS_AHEAD, int(asked)) if asked.isdecimal() else 0


def _chosen(values: Mapping[str, Any], fmt: Formats) -> datetime | None:
    try:
        return instant(str(values.get("starts_at") or ""), fmt.zone, "starts_at")
    except Invalid:
        return None


def _beside(values: Mapping[str, Any], free: list[Stretch], fmt: Formats) -> str:
    """A time that was chosen elsewhere and is not among the free ones, as its field shows it."""
    chosen = _chosen(values, fmt)
    if chosen is None or chosen in {opens for opens, _ in free}:
        return ""
    return f"{chosen.astimezone(fmt.zone):%Y-%m-%dT%H:%M}"


def _length(page: DealPage, values: Mapping[str, Any]) -> int | None:
    """Minutes: as they were typed, else as long as the meeting that is moved."""
    typed = str(values.get("minutes") or "")
    if typed.isdecimal() and 5 <= int(typed) <= 720:
        return int(typed)
    moved = _meeting(page, values)
    return int((moved.ends_at - moved.starts_at).total_seconds() // 60) if moved else None


def by_daylight(slots: list[Stretch], zone: ZoneInfo) -> list[Stretch]:
    """The times of one day to choose from; of many, those at which people meet on this clock."""
    usual = [slot for slot in slots if _USUAL[0] <= slot[0].astimezone(zone).hour < _USUAL[1]]
    return (usual or slots)[:MOST_TIMES] if len(slots) > MOST_TIMES else slots


def _on(day: datetime, slots: list[Stretch], zone: ZoneInfo) -> list[Stretch]:
    return [slot for slot in slots if slot[0].astimezone(zone).date() == day.date()]


async def _letter(conn: Connection, who: Principal, page: DealPage, values: Mapping[str, Any]) -> dict[str, Any]:
    """The templates, and the chosen one filled in for this deal."""
    chosen, names = str(values.get("template") or ""), await template_names(conn)
    filled = None
    if chosen in names and not values.get("body"):
        filled = await preview_template(conn, chosen, page.deal.id, None, who)
    return {"templates": names, "chosen": chosen if chosen in names else "", "filled": filled}
