"""The tables of tier 1's reports, of the same figures as `/v1/reports`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.chassis.db import Connection
from services.chassis.reports.tables import Column, Line, Point, Share, Table, share_of, table
from services.chassis.web.report_pages import Ask, View, Words
from services.lead_gen.actions.report_pages import (
    CallerRow,
    by_caller,
    by_campaign,
    by_day,
    read_scripts,
    read_steps,
)
from services.lead_gen.desk.report_cohorts import cohort_tables
from services.lead_gen.desk.report_records import figure_words


async def funnel_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """How many leads got how far, and day by day."""
    campaign = asked.filters.get("campaign")
    steps, inbound = await read_steps(conn, asked.during, campaign)
    before, _ = await read_steps(conn, asked.before, campaign)
    earlier = {one.key: one for one in before}
    return [
        table("steps", asked.words("How far leads get"), _step_columns(asked), steps, before=earlier,
              by=lambda one: one.key, note=_funnel_note(asked.words)),
        _days(asked, await by_day(conn, asked.during, campaign, asked.choice.span)),
        table("inbound", asked.words("They called us"), _inbound_columns(asked), inbound),
    ]  # fmt: skip


def _step_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = figure_words(_)
    return [
        Column(_("Step"), lambda one: names[one.key], "text"),
        Column(_("Leads"), "leads", picture="funnel", compared=True, href=lambda one: asked.records(one.key)),
        Column(_("Of the step before"), "share", "percent", compared=True),
    ]


def _funnel_note(_: Words) -> str:
    return _(
        "What tier 2 accepted and won belongs to the day of the call that handed the lead over, so that this report and"
        " the one on callers agree. Leads of the last days may still be accepted or won."
    )


def _inbound_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = figure_words(_)
    return [
        Column(_("Leads that no call handed over"), lambda one: names[one.key], "text"),
        Column(_("Leads"), "leads", href=lambda one: asked.records(one.key)),
    ]


def _days(asked: Ask, found: Sequence[Any]) -> Table:
    _ = asked.words
    columns = [
        Column(_("Day"), "day", "day"),
        Column(_("Calls"), "calls", picture="bar", href=_of_day(asked, "calls")),
        Column(_("Conversations"), "contacts", href=_of_day(asked, "contacts")),
        Column(_("Interested"), "interested", href=_of_day(asked, "interested")),
        Column(_("Handed over"), "handed_over", href=_of_day(asked, "handed_over")),
    ]
    names = (("calls", _("Calls")), ("contacts", _("Conversations")), ("handed_over", _("Handed over")))
    lines = [Line(text, [Point(one.day, getattr(one, name)) for one in found]) for name, text in names]
    return table("days", _("Day by day"), columns, found, lines=lines)


def _of_day(asked: Ask, figure: str) -> Any:
    def href(one: Any) -> str:
        day = one.day.isoformat()
        return asked.records(figure, **{"from": day, "to": day})

    return href


async def caller_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """What each caller achieved, beside the period before."""
    campaign = asked.filters.get("campaign")
    found = await by_caller(conn, asked.during, campaign)
    before = {one.group: one for one in await by_caller(conn, asked.before, campaign)}
    _ = asked.words
    note = _("Hours are those from sign-on to sign-off without breaks; talk is what the switchboard measured.")
    return [
        table(
            "callers", _("Callers"), _caller_columns(asked), found, before=before, by=lambda one: one.group, note=note
        ),
        table("rates", _("How well it goes"), _rate_columns(asked), found, note=_few(_)),
    ]


def _caller_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Caller"), "name", "text"),
        Column(_("Calls"), "calls", picture="bar", compared=True, href=_of(asked, "calls", "caller")),
        Column(_("Asked for"), lambda one: one.quota or None),
        Column(_("Talks"), "contacts", compared=True, href=_of(asked, "contacts", "caller")),
        Column(_("Talk time"), "talk", "minutes"),
        Column(_("Interested"), "interested", compared=True, href=_of(asked, "interested", "caller")),
        Column(_("Handed over"), "handed_over", compared=True, href=_of(asked, "handed_over", "caller")),
        Column(_("Accepted"), "accepted", compared=True, href=_of(asked, "accepted", "caller")),
        Column(_("Won"), "won", compared=True, href=_of(asked, "won", "caller")),
        Column(_("Hours"), lambda one: one.hours or None, "decimal"),
    ]


def _rate_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Caller"), "name", "text"),
        Column(_("Calls an hour"), "calls_per_hour", "decimal"),
        Column(_("Handed over an hour"), "handed_over_per_hour", "decimal"),
        Column(_("Handed over, of talks"), lambda one: share_of(one.handed_over, one.contacts), "percent",
               picture="interval"),
    ]  # fmt: skip


def _few(_: Words) -> str:
    return _("The line holds the true share 19 times in 20. Where two lines overlap, chance may be all the difference.")


def _of(asked: Ask, figure: str, name: str) -> Any:
    """The records of a figure of one group; calls of no group cannot be opened."""

    def href(one: Any) -> str | None:
        return asked.records(figure, **{name: one.group}) if one.group else None

    return href


async def script_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """Versions of scripts compared by what they lead to."""
    found = await read_scripts(conn, asked.during, asked.filters.get("campaign"))
    title = asked.words("Versions of scripts")
    return [table("scripts", title, _script_columns(asked), found, note=_few(asked.words))]


def _script_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    version = _("%(name)s, version %(number)s")
    return [
        Column(_("Script"), lambda one: version % {"name": one.name, "number": one.version}, "text"),
        Column(_("Calls"), "calls", href=_of_script(asked, "calls")),
        Column(_("Talks"), "contacts", href=_of_script(asked, "contacts")),
        Column(_("Interested"), "interested", href=_of_script(asked, "interested")),
        Column(_("Handed over"), "handed_over", href=_of_script(asked, "handed_over")),
        Column(_("Handed over, of talks"), _of_talks, "percent", picture="interval"),
    ]


def _of_talks(one: Any) -> Share | None:
    return share_of(one.handed_over, one.contacts)


def _of_script(asked: Ask, figure: str) -> Any:
    return lambda one: asked.records(figure, script=one.script_id)


async def acceptance_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """What tier 2 made of what each caller handed over."""
    found = [one for one in await by_caller(conn, asked.during, asked.filters.get("campaign")) if one.handed_over]
    total = CallerRow.sum_of(found) if found else None
    return [table("acceptance", asked.words("Accepted by tier 2"), _acceptance_columns(asked), found, total=total)]


def _acceptance_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Caller"), lambda one: one.name or _("All"), "text"),
        Column(_("Handed over"), "handed_over", href=_of(asked, "handed_over", "caller")),
        Column(_("Accepted"), "accepted", href=_of(asked, "accepted", "caller")),
        Column(_("Not accepted so far"), "waiting", href=_of(asked, "waiting", "caller")),
        Column(_("Of handed over"), lambda one: share_of(one.accepted, one.handed_over), "percent", picture="interval"),
        Column(_("Won"), "won", href=_of(asked, "won", "caller")),
    ]


async def campaign_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """Campaigns beside the period before."""
    _ = asked.words
    campaign = asked.filters.get("campaign")
    found = await by_campaign(conn, asked.during, campaign)
    before = {one.group: one for one in await by_campaign(conn, asked.before, campaign)}
    return [
        table("campaigns", _("Campaigns"), _campaign_columns(asked), found, before=before, by=lambda one: one.group)
    ]


def _campaign_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Campaign"), lambda one: one.label or _("none"), "text"),
        Column(_("Calls"), "calls", compared=True, picture="bar", href=_of(asked, "calls", "campaign")),
        Column(_("Talks"), "contacts", compared=True, href=_of(asked, "contacts", "campaign")),
        Column(_("Handed over"), "handed_over", compared=True, href=_of(asked, "handed_over", "campaign")),
        Column(_("Of talks"), lambda one: share_of(one.handed_over, one.contacts), "percent", picture="interval"),
        Column(_("Accepted"), "accepted", compared=True, href=_of(asked, "accepted", "campaign")),
        Column(_("Won"), "won", compared=True, href=_of(asked, "won", "campaign")),
        Column(_("Hours"), lambda one: one.hours or None, "decimal"),
    ]


VIEWS = (
    View(
        "funnel",
        lambda _: _("Funnel"),
        lambda _: _("How far the leads got that were called in this time."),
        funnel_tables,
    ),
    View(
        "cohorts",
        lambda _: _("Cohorts"),
        lambda _: _("What becomes of each week’s leads, followed from then on."),
        cohort_tables,
        compared=False,
    ),
    View("callers", lambda _: _("Callers"), lambda _: _("What each caller achieved."), caller_tables),
    View(
        "scripts",
        lambda _: _("Scripts"),
        lambda _: _("Which version leads to more hand-overs."),
        script_tables,
        compared=False,
    ),
    View(
        "acceptance",
        lambda _: _("Acceptance"),
        lambda _: _("Whose hand-overs tier 2 accepts, and why it declines."),
        acceptance_tables,
        compared=False,
        beside="/conversion/desk/beside/declines",
    ),
    View("campaigns", lambda _: _("Campaigns"), lambda _: _("Which campaigns bring what."), campaign_tables),
)
