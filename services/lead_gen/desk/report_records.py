"""The lists behind figures, and the list of files taken out, in people's words."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.reports.tables import Column, Table, table
from services.chassis.web.report_pages import Words
from services.lead_gen.domain.report_records import Narrowed, RecordPage
from services.lead_gen.repository import callers, campaigns, scripts


def figure_words(_: Words) -> dict[str, str]:
    """What each figure counts."""
    return {
        "calls": _("Calls"), "contacts": _("Conversations"), "interested": _("Interested"),
        "hard_questions": _("Hard questions"), "called": _("Leads called"), "reached": _("Leads talked to"),
        "handed_over": _("Handed over"), "accepted": _("Accepted by tier 2"), "won": _("Won by tier 2"),
        "waiting": _("Not accepted so far"), "inbound": _("Called us"), "inbound_won": _("Called us, won by tier 2"),
        "first_called": _("First called"), "first_reached": _("First called, reached"),
        "first_handed_over": _("First called, handed over"), "first_accepted": _("First called, accepted by tier 2"),
        "first_won": _("First called, won by tier 2"), "came": _("Leads that came"),
        "came_called": _("Came, called"), "came_handed_over": _("Came, handed over"),
        "came_accepted": _("Came, accepted by tier 2"), "came_won": _("Came, won by tier 2"),
    }  # fmt: skip


def outcome_words(_: Words) -> dict[str, str]:
    """How calls end."""
    return {
        "no_answer": _("no answer"), "busy": _("busy"), "voicemail": _("voicemail"), "callback": _("call back"),
        "not_interested": _("not interested"), "wrong_number": _("wrong number"), "do_not_call": _("do not call"),
        "interested": _("interested"), "hard_question": _("hard question"), "inbound": _("called us"),
    }  # fmt: skip


def stage_words(_: Words) -> dict[tuple[str, str], str]:
    """Where a lead is now, as far as it has a word of its own."""
    return {
        ("lead_gen", "new"): _("new"), ("lead_gen", "calling"): _("being called"), ("lead_gen", "resting"): _("rests"),
        ("lead_gen", "closed"): _("closed"), ("conversion", "won"): _("won"), ("conversion", "lost"): _("lost"),
        ("conversion", "asleep"): _("asleep"), ("conversion", "offered"): _("offered to tier 2"),
        ("conversion", "accepted"): _("accepted by tier 2"), ("lead_gen", "do_not_call"): _("do not call"),
    }  # fmt: skip


def tier_words(_: Words) -> dict[str, str]:
    """Which tier has a lead."""
    return {
        "lead_gen": _("with tier 1"),
        "conversion": _("with tier 2"),
        "account_mgmt": _("a customer"),
    }


def records_table(_: Words, figure: str, page: RecordPage) -> Table:
    """A page of the list."""
    outcomes, stages, tiers = outcome_words(_), stage_words(_), tier_words(_)
    columns = [
        Column(_("Company"), "company", "text"),
        Column(_("When"), "at", "moment"),
        Column(_("Campaign"), "campaign", "text"),
        Column(_("Caller"), "caller_name", "text"),
        Column(_("Outcome"), lambda one: outcomes.get(one.outcome, one.outcome), "text"),
        Column(_("Now"), lambda one: stages.get((one.tier, one.stage), tiers.get(one.tier, one.stage)), "text"),
    ]
    return table(figure, figure_words(_)[figure], columns, page.rows)


async def narrowed_by(conn: Connection, _: Words, wanted: Narrowed) -> list[str]:
    """What the list is narrowed to, by name."""
    found = []
    if wanted.campaign_id:
        name = (await campaigns.names(conn)).get(wanted.campaign_id, wanted.campaign_id)
        found.append(_("campaign %(name)s") % {"name": name})
    if wanted.caller:
        found.append(await callers.name_of(conn, wanted.caller) or wanted.caller)
    if wanted.script_id:
        script = await scripts.get(conn, wanted.script_id)
        found.append(_("%(name)s, version %(number)s") % {"name": script.name, "number": script.version})
    return found
