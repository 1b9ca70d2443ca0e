"""What reports of tier 3 call things."""

from __future__ import annotations

from services.chassis.web.report_pages import Words


def outcome_words(_: Words) -> dict[str, str]:
    """What customers said when they were reminded."""
    return {
        "ordered": _("ordered"), "later": _("later"), "not_now": _("not now"), "need_changed": _("need changed"),
        "complaint": _("complaint"), "left": _("has left"), "unanswered": _("not answered"),
    }  # fmt: skip


def source_words(_: Words) -> dict[str, str]:
    """Where orders come from."""
    return {
        "sale": _("first sale"), "nudge": _("after a reminder"), "own": _("by themselves"),
        "contract": _("by contract"), "import": _("from before"),
    }  # fmt: skip


def age_words(_: Words) -> dict[str, str]:
    """How long money is late."""
    return {
        "not_yet": _("not due yet"), "1-30": _("1 to 30 days late"), "31-60": _("31 to 60 days late"),
        "61-90": _("61 to 90 days late"), "over 90": _("more than 90 days late"),
    }  # fmt: skip


def state_words(_: Words) -> dict[str, str]:
    """How customers stand."""
    return {
        "active": _("active"), "at_risk": _("at risk"), "opted_out": _("no reminders"), "lost": _("has left"),
        "online": _("online"),
    }  # fmt: skip


def figure_words(_: Words) -> dict[str, str]:
    """What each figure counts."""
    return {
        "nudged": _("Reminded"), "nudged_ordered": _("Reminded, ordered within 30 days"),
        "held_out": _("Not reminded on purpose"),
        "held_out_ordered": _("Not reminded on purpose, ordered within 30 days"), "outcome": _("Reminders"),
        "customers": _("Customers"), "at_risk": _("At risk"), "lost": _("Have left"), "nudges": _("Reminders"),
        "in_time": _("Reminders answered in time"), "after_nudge": _("Reminders answered with an order"),
        "orders": _("Orders"), "cross_sold": _("Sold besides"), "there": _("There when the month began"),
        "left_in": _("Left in the month"), "came": _("Came in the month"), "ordered": _("Orders"),
        "taken": _("Taken besides"),
        "refused": _("Not wanted"), "needs": _("Needs"), "owed": _("Open invoices"), "late_of": _("Late invoices"),
    }  # fmt: skip
