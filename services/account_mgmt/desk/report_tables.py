"""The tables of tier 3's reports, of the same figures as `/v1/reports`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from services.account_mgmt.actions.report_pages import churn_rows, compare, manager_rows, overdue_rows
from services.account_mgmt.actions.report_rows import both_sides, difference_of
from services.account_mgmt.desk.report_words import age_words, outcome_words, source_words
from services.account_mgmt.domain.report_records import MONTHS
from services.account_mgmt.repository import report_figures
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.reports.tables import Column, Line, Point, Table, share_of, table
from services.chassis.web.report_pages import Ask, View


async def nudge_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """Do reminders bring orders? And what do customers say?"""
    _ = asked.words
    found = await compare(conn, asked.during)
    sides, told = both_sides(found), await report_figures.outcomes(conn, *asked.during)
    before = {one.outcome: one for one in await report_figures.outcomes(conn, *asked.before)}
    return [
        table(
            "sides", _("With and without a reminder"), _side_columns(asked), sides, note=_held_out_note(asked, found)
        ),
        table("difference", _("The difference"), _difference_columns(asked), difference_of(found)),
        table(
            "outcomes", _("What they said"), _outcome_columns(asked), told, before=before, by=lambda one: one.outcome
        ),
    ]


def _side_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = {"nudged": _("Reminded"), "held_out": _("Not reminded, drawn at random")}
    return [
        Column(_("Who"), lambda one: names[one.key], "text"),
        Column(_("Times"), "customers", href=lambda one: asked.records(one.key)),
        Column(_("Ordered within 30 days"), "ordered", href=lambda one: asked.records(f"{one.key}_ordered")),
        Column(_("Share"), lambda one: share_of(one.ordered, one.customers), "percent", picture="interval"),
    ]


def _difference_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    said = {"works": _("Reminders bring orders"), "harms": _("Reminders cost orders"), "open": _("Too early to say")}
    return [
        Column(_("What it says"), lambda one: said[one.verdict], "text"),
        Column(_("Difference"), "difference", "points", picture="interval"),
    ]


def _held_out_note(asked: Ask, found: Any) -> str:
    _ = asked.words
    if not found.held_out.customers:
        return _("Nobody was held out: “Left out by a draw” in the rules, one in ten say, shows what reminders do.")
    return _("Those held out were drawn at random. Reminders of the last 30 days may still bring orders.")


def _outcome_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = outcome_words(_)
    return [
        Column(_("Answer"), lambda one: names.get(one.outcome, one.outcome), "text"),
        Column(_("Reminders"), "nudges", picture="bar", compared=True, href=asked.to("outcome", value="outcome")),
    ]


async def churn_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """Who leaves, month by month, and how long customers of a month stay."""
    _ = asked.words
    timezone = (await policies.rules(conn)).timezone
    months = await churn_rows(conn, asked.during)
    cohorts = await report_figures.survival(conn, *asked.during, timezone)
    lines = [Line(one.month, [Point("0", 1.0), *_alive(one)], percent=True) for one in cohorts if one.alive][:4]
    return [
        table("churn", _("Who left"), _churn_columns(asked), months),
        table("survival", _("Still there after so many months"), _survival_columns(asked), cohorts, lines=lines),
    ]


def _alive(one: Any) -> list[Point]:
    return [Point(str(n), one.share(n) or 0.0) for n in MONTHS if n in one.alive]


def _churn_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Month"), "first", "month"),
        Column(_("There when it began"), "customers", href=_of_month(asked, "there", "first")),
        Column(_("Left in it"), "lost", href=_of_month(asked, "left_in", "first")),
        Column(_("Share"), lambda one: share_of(one.lost, one.customers), "percent", picture="interval"),
    ]


def _survival_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    later = [Column(_("%(num)s mo") % {"num": n}, _after(n), "percent") for n in MONTHS]
    came = Column(_("Came"), "size", picture="bar", href=_of_month(asked, "came", "month"))
    return [Column(_("Month"), "month", "month"), came, *later]


def _after(months: int) -> Any:
    return lambda one: one.share(months)


def _of_month(asked: Ask, figure: str, field: str) -> Any:
    """The records of one month, as far as the month lies in the period; those there at its start whole."""
    span = asked.choice.span

    def href(one: Any) -> str:
        first: date = getattr(one, field)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        days = (first, last) if figure in {"there", "left_in"} else (max(first, span.first), min(last, span.last))
        return asked.records(figure, **{"from": days[0].isoformat(), "to": days[1].isoformat()})

    return href


async def order_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """Where orders come from, and how many are further ones."""
    _ = asked.words
    timezone = (await policies.rules(conn)).timezone
    found = await report_figures.orders_by_source(conn, *asked.during)
    before = {_source(one): one for one in await report_figures.orders_by_source(conn, *asked.before)}
    months = await report_figures.orders_by_month(conn, *asked.during, timezone)
    return [
        table("sources", _("Where orders come from"), _source_columns(asked), found, before=before, by=_source),
        table("months", _("Further orders, month by month"), _month_columns(asked), months),
    ]


def _source(one: Any) -> str:
    return f"{one.source}:{one.currency}"


def _source_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = source_words(_)

    def orders(one: Any) -> str:
        return asked.records("ordered", value=_source(one))

    return [
        Column(_("Source"), lambda one: names.get(one.source, one.source), "text"),
        Column(_("Orders"), "orders", picture="bar", compared=True, href=orders),
        Column(_("Before tax"), "net", "money", compared=True, currency=lambda one: one.currency),
    ]


def _month_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Month"), "month", "month"),
        Column(_("Orders"), "orders", picture="bar", href=_of_month(asked, "orders", "month")),
        Column(_("Further orders"), "reorders"),
        Column(_("Of all orders"), lambda one: share_of(one.reorders, one.orders), "percent", picture="interval"),
        Column(_("Customers"), "customers"),
    ]


async def cross_sell_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """What customers took besides, and what they did not want."""
    _ = asked.words
    found = await report_figures.taken(conn, *asked.during)
    before = {one.product_id: one for one in await report_figures.taken(conn, *asked.before)}
    columns = [
        Column(_("Product"), "name", "text"),
        Column(_("Taken"), "taken", picture="bar", compared=True, href=asked.to("taken", value="product_id")),
        Column(_("Not wanted"), "refused", compared=True, href=asked.to("refused", value="product_id")),
        Column(_("Needs told"), "needs", compared=True, href=asked.to("needs", value="product_id")),
    ]
    by: Any = {"by": lambda one: one.product_id}
    return [table("cross-sell", _("Sold besides"), columns, found, before=before, note=_counted(asked), **by)]


def _counted(asked: Ask) -> str:
    _ = asked.words
    return _(
        "Taken: bought for the first time, after something else; as of last night. Not wanted: written down as never"
        " to be offered again. Needs told: written down with this product."
        " How often a product was offered is not counted."
    )


async def overdue_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """What is owed, for how long, and whose customers owe it; as of now."""
    _ = asked.words
    ages = await report_figures.open_by_age(conn)
    return [
        table("ages", _("Open money by age"), _age_columns(asked), ages),
        table("owing", _("Late money by account manager"), _owing_columns(asked), await overdue_rows(conn)),
    ]


def _age_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    names = age_words(_)

    def opens(one: Any) -> str:
        return asked.records("owed", value=f"{one.age}:{one.currency}")

    return [
        Column(_("Age"), lambda one: names[one.age], "text"),
        Column(_("Invoices"), "invoices", href=opens),
        Column(_("Open"), "amount", "money", picture="bar", currency=lambda one: one.currency),
    ]


def _owing_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Account manager"), lambda one: one.name or _("nobody’s customers"), "text"),
        Column(_("Late invoices"), "invoices", href=asked.to("late_of", person="person", value="currency")),
        Column(_("Late"), "amount", "money", picture="bar", currency=lambda one: one.currency),
    ]


async def manager_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """What each portfolio does, beside the period before."""
    found = await manager_rows(conn, asked.during)
    before = {one.account_manager: one for one in await manager_rows(conn, asked.before)}
    more: dict[str, Any] = {"before": before, "by": lambda one: one.account_manager}
    return [table("managers", asked.words("Account managers"), _manager_columns(asked), found, **more)]


def _manager_columns(asked: Ask) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Account manager"), "name", "text"),
        Column(_("Customers"), "customers", picture="bar", href=asked.to("customers", person="account_manager")),
        Column(_("At risk"), "at_risk", href=asked.to("at_risk", person="account_manager")),
        Column(_("Left"), "lost", compared=True, href=asked.to("lost", person="account_manager")),
        Column(_("Reminders"), "nudges", compared=True, href=asked.to("nudges", person="account_manager")),
        Column(_("In time"), "answered_in_time", compared=True, href=asked.to("in_time", person="account_manager")),
        Column(_("With an order"), "orders_after_nudge", href=asked.to("after_nudge", person="account_manager")),
        Column(_("Orders"), "orders", compared=True, href=asked.to("orders", person="account_manager")),
        Column(_("Besides"), "cross_sold", compared=True, href=asked.to("cross_sold", person="account_manager")),
    ]


VIEWS = (
    View("nudges", lambda _: _("Reminders"), lambda _: _("Do reminders bring orders?"), nudge_tables),
    View(
        "churn",
        lambda _: _("Churn"),
        lambda _: _("Who leaves, and how long the others stay."),
        churn_tables,
        compared=False,
    ),
    View("orders", lambda _: _("Orders"), lambda _: _("Where orders come from."), order_tables),
    View("cross-sell", lambda _: _("Cross-sell"), lambda _: _("What else customers take."), cross_sell_tables),
    View(
        "overdue",
        lambda _: _("Late money"),
        lambda _: _("What is owed, and for how long."),
        overdue_tables,
        dated=False,
    ),
    View(
        "managers",
        lambda _: _("Account managers"),
        lambda _: _("What each portfolio does."),
        manager_tables,
        beside="/conversion/desk/beside/kept",
    ),
)
