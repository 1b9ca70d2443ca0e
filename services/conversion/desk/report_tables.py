"""The tables of tier 2's reports, of the same figures as `/v1/reports`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.db import Connection
from services.chassis.reports.tables import Column, Table, share_of, table
from services.chassis.web.report_pages import Ask, View
from services.conversion.actions.report_pages import (
    earlier_rows,
    manager_rows,
    people_called,
    read_answers,
    read_commissions,
    read_losses,
    read_moves,
    read_stages,
)
from services.conversion.desk.report_words import bucket_words, role_words, stage_words, whom
from services.conversion.domain.shipped_words import in_words
from services.conversion.repository import reports


async def stage_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """Where deals stand now, and how they left each stage."""
    _ = asked.words
    moves = await read_moves(conn, asked.during)
    before = {one.stage: one for one in await read_moves(conn, asked.before)}
    note = _("How deals move is kept since this version: moves before that are not counted.")
    return [
        table("now", _("Where deals stand now"), _now_columns(asked), await read_stages(conn)),
        table("left", _("How deals left each stage"), _left_columns(asked), moves, before=before, by=_stage, note=note),
    ]


def _stage(one: Any) -> str:
    return str(one.stage)


def _now_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = stage_words(_)
    return [
        Column(_("Stage"), lambda one: names.get(one.stage, one.stage), "text"),
        Column(_("Deals"), "deals", picture="bar", href=asked.to("open", value="stage")),
        Column(_("Next step late"), "overdue", href=asked.to("overdue", value="stage")),
        Column(_("Stand there, half of them longer"), "stood", "days"),
    ]


def _left_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = stage_words(_)
    return [
        Column(_("Stage"), lambda one: names.get(one.stage, one.stage), "text"),
        Column(_("Left it"), "left", compared=True, href=asked.to("left", value="stage")),
        Column(_("Went on"), "on"),
        Column(_("Lost"), "lost", compared=True, href=asked.to("lost_from", value="stage")),
        Column(_("Put to sleep"), "asleep", href=asked.to("slept_from", value="stage")),
        Column(_("Lost, of those who left"), lambda one: share_of(one.lost, one.left), "percent", picture="interval"),
        Column(_("Stood there, half of them longer"), "stood", "days", compared=True),
    ]


async def reason_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """Why deals are given up, and why offers are declined."""
    _ = asked.words
    losses = {one.code: one for one in await read_losses(conn, asked.before)}
    declined = {one.reason: one for one in await reports.declines(conn, *asked.before, None)}
    found = await read_losses(conn, asked.during)
    declines = await reports.declines(conn, *asked.during, None)
    return [
        table("losses", _("Why deals are given up"), _loss_columns(asked), found, before=losses, by=_code),
        table("declines", _("Why hand-overs are declined or given back"), _decline_columns(asked), declines,
              before=declined, by=lambda one: one.reason),
    ]  # fmt: skip


def _code(one: Any) -> str:
    return str(one.code)


def _loss_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Reason"), lambda one: in_words(one.text or "", _) or _("in free words"), "text"),
        Column(_("Lost"), "lost", picture="bar", compared=True, href=asked.to("given_up", value="code")),
        Column(_("Put to sleep"), "asleep", compared=True, href=asked.to("slept", value="code")),
    ]


def _decline_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("In the managers’ words"), "reason", "text"),
        Column(
            _("Declined"), "declined", picture="bar", compared=True, href=asked.to("reason_declined", value="reason")
        ),
        Column(_("Given back"), "returned", compared=True, href=asked.to("reason_returned", value="reason")),
    ]


async def manager_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """What each manager achieved, beside the period before."""
    _ = asked.words
    found, team = await manager_rows(conn, asked.during)
    more: dict[str, Any] = {"before": await earlier_rows(conn, asked.before), "by": lambda one: one.manager}
    total = team if found else None
    return [
        table("managers", _("Managers"), _manager_columns(asked), found, total=total, **more),
        table("sales", _("How well they sell"), _sale_columns(asked), found, **more),
    ]


def _manager_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Manager"), lambda one: one.name if one.manager else _("Team"), "text"),
        Column(_("Offered"), "offered", href=asked.to("offered", person="manager")),
        Column(_("Accepted"), "accepted", compared=True, href=asked.to("accepted", person="manager")),
        Column(_("Declined"), "declined", href=asked.to("declined", person="manager")),
        Column(_("Expired"), "expired", href=asked.to("expired", person="manager")),
        Column(_("Meetings held"), "meetings", compared=True, href=asked.to("meetings", person="manager")),
        Column(_("Offers sent"), "sent_offers", compared=True, href=asked.to("sent_offers", person="manager")),
        Column(_("First talk after"), "first_contact", "minutes", compared=True),
        Column(_("Open"), "open", href=asked.to("open", person="manager")),
        Column(_("Late"), "overdue", href=asked.to("overdue", person="manager")),
    ]


def _sale_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Manager"), "name", "text"),
        Column(_("Won"), "won", compared=True, href=asked.to("won", person="manager")),
        Column(_("Lost"), "lost", compared=True, href=asked.to("lost", person="manager")),
        Column(_("Won, of closed"), lambda one: share_of(one.won, one.won + one.lost), "percent", picture="interval"),
        Column(_("Sold"), lambda one: one.worth[0] if one.worth else None, "money", compared=True,
               currency=lambda one: one.worth[1] if one.worth else None),
    ]  # fmt: skip


async def answer_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """How long leads wait for a manager's answer."""
    _ = asked.words
    found = await read_answers(conn, asked.during)
    before = {one.bucket: one for one in await read_answers(conn, asked.before)}
    names = bucket_words(_)
    columns = [
        Column(_("Answered within"), lambda one: names[one.bucket], "text"),
        Column(_("Offers"), "offers", picture="bar", compared=True, href=asked.to("answered", value="bucket")),
        Column(_("Accepted"), "accepted", compared=True),
        Column(_("Hard questions"), "hard"),
    ]
    note = _("On the clock of the wall. How long an answer may take stands in the rules, in working time.")
    return [
        table("answers", _("How long leads wait"), columns, found, before=before, by=lambda one: one.bucket, note=note)
    ]


async def commission_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """What was earned, paid out and taken back, by person."""
    _ = asked.words
    found = await read_commissions(conn, asked.during)
    names = await people_called(conn, {one.person for one in found})
    title = _("Commission of all three tiers")
    return [table("commission", title, commission_columns(asked, names), found)]


def _entries(asked: Ask) -> Any:
    return lambda one: asked.records("entries", person=one.person, value=f"{one.role}:{one.currency}")


def commission_columns(asked: Ask, names: Mapping[str, str]) -> list[Column]:
    """Sums of the ledger by person and role."""
    _ = asked.words
    roles = role_words(_)
    money: Any = {"kind": "money", "currency": lambda one: one.currency}
    return [
        Column(_("Person"), lambda one: whom(_, names.get(one.person), one.role, one.person), "text"),
        Column(_("For having"), lambda one: roles.get(one.role, one.role), "text"),
        Column(_("Earned"), "accrued", **money, picture="bar"),
        Column(_("Paid out"), "vested", **money),
        Column(_("Taken back"), "clawed_back", **money),
        Column(_("Corrected"), "adjusted", **money),
        Column(_("Entries"), "entries", href=_entries(asked)),
    ]


VIEWS = (
    View(
        "stages",
        lambda _: _("Stages"),
        lambda _: _("Where deals stand, how long, and where they are lost."),
        stage_tables,
    ),
    View("reasons", lambda _: _("Reasons"), lambda _: _("Why deals are lost and hand-overs declined."), reason_tables),
    View("managers", lambda _: _("Managers"), lambda _: _("What each manager achieved."), manager_tables),
    View("answers", lambda _: _("Answers"), lambda _: _("How long leads wait for a manager."), answer_tables),
    View("commission", lambda _: _("Commission"), lambda _: _("Who earned what."), commission_tables, compared=False),
)
