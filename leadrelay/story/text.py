"""A story, and what is late, on 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.chassis.commands import leadrelay
from services.chassis.stories import Waiting
from services.ops.domain.late import LateList
from services.ops.domain.story import NUMBER, Head, ShownWorkflow, Story
from services.ops.tiers import Found, Missing

WIDTH = 80
_INDENT = " " * 18


def story_text(story: Story) -> str:
    """The head, what happened in order of time, and what is to come."""
    zone = ZoneInfo(story.head.zone)
    lines = [*_head(story.head, zone), *_workflows(story.workflows), *missing_lines(story.missing), ""]
    if story.older:
        lines.append(f"({len(story.events)} events are shown; --last N shows more)")
    for event in reversed(story.events):
        lines += _line(_when(event.at, zone), f"{event.words}{f' [{event.why}]' if event.why else ''}")
    if story.coming:
        lines += ["", "To come"]
        for one in story.coming:
            by = f"{one.by}, {one.code}" if one.code else one.by
            lines += _line(_when(one.at, zone), f"{one.words} ({by})")
    return "\n".join(lines)


def _head(head: Head, zone: ZoneInfo) -> list[str]:
    owner = f", with {head.owner}" if head.owner else ""
    since = f", since {_when(head.since, zone)}" if head.since else ""
    lines = [*wrapped(head.company, ""), f"  {head.lead_id}"]
    lines += _field("Now", f"{head.tier_words}: {head.stage}{owner}{since}")
    if head.merged_into:
        lines += _field("Merged", f"into {head.merged_into}, whose story goes on")
    waits = [_waiting(one, zone) for one in head.waiting] or ["nothing"]
    for number, words in enumerate(waits):
        lines += _field("Waits for" if number == 0 else "", words)
    return lines + _field("Late", "; ".join(head.late) or "nothing")


def _waiting(one: Waiting, zone: ZoneInfo) -> str:
    due = f", due {_when(one.due, zone)}" if one.due else ""
    return f"{one.words}{due} (since {_when(one.since, zone)})"


def _workflows(workflows: Sequence[ShownWorkflow]) -> list[str]:
    lines = []
    for number, one in enumerate(workflows):
        lines += [
            f"  {'Temporal' if number == 0 else '':<10}{one.name} ({one.kind}), {one.status}",
            f"  {'':<10}{one.link}",
        ]
    return lines


def _field(name: str, words: str) -> list[str]:
    return textwrap.wrap(
        words, WIDTH, initial_indent=f"  {name:<10}", subsequent_indent=" " * 12, break_on_hyphens=False
    )


def _line(when: str, words: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent=f"{when}  ", subsequent_indent=_INDENT, break_on_hyphens=False)


def _age(length: timedelta) -> str:
    """How long something is late, as people say it."""
    minutes = max(0, round(length / timedelta(minutes=1)))
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min late"
    return f"{minutes // 60} h late" if minutes < 48 * 60 else f"{minutes // 1440} days late"


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def wrapped(words: str, indent: str) -> list[str]:
    """Words on lines of 80 columns."""
    return textwrap.wrap(words, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def missing_lines(missing: Sequence[Missing]) -> list[str]:
    """What could not be asked, so that nobody takes a part for the whole."""
    return [line for one in missing for line in wrapped(f"Not told: {one.what} {one.why}.", "  ")]


def choice_text(found: Sequence[Found], more: bool) -> str:
    """Several may be meant: enough of each to choose, and how to go on."""
    lines = []
    for one in found:
        where = ", ".join(part for part in (one.city, *one.phones[:2]) if part)
        lines += [
            one.lead_id,
            *wrapped(f"{one.company}{f' ({where})' if where else ''}", "  "),
            f"  {one.tier.replace('_', ' ')}, {one.stage.replace('_', ' ')}{f', {one.owner}' if one.owner else ''}",
            "",
        ]
    count = f"More than {len(found)}" if more else str(len(found))
    return "\n".join([*lines, f"{count} may be meant: {leadrelay('story', 'ID')}"])


def late_text(late: LateList, more: bool) -> str:
    """What is late, the longest first: what should have happened, for how long it has not, why, and the act."""
    now = datetime.now(UTC)
    lines: list[str] = []
    for one in (*late.held_up, *late.items):
        about = f"{one.company} ({one.lead_id})" if one.company else ""
        lines += [
            *wrapped(f"{one.words[:1].upper()}{one.words[1:]}: {_age(now - one.since)}", ""),
            *(wrapped(about, "  ") if about else ()),
            *wrapped(f"{NUMBER.get(one.tier, one.tier)}: {one.cause}", "  "),
            *wrapped(f"-> {one.act}", "  "),
            # On a line of its own, however long: people copy it.
            *([f"     {one.command}"] if one.command else ()),
            *(wrapped(f"In Temporal: {one.code}", "  ") if one.code else ()),
            "",
        ]
    count = len(late.held_up) + len(late.items)
    if not count:
        return "Nothing is late."
    return "\n".join([*lines, f"{count} late{', and more: --last N shows more' if more else ''}"])
