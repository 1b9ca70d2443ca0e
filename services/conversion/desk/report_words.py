"""What reports of tier 2 call things."""

from __future__ import annotations

from services.chassis.web.report_pages import Words


def stage_words(_: Words) -> dict[str, str]:
    """Stages by name."""
    return {
        "offered": _("Offered"), "accepted": _("Accepted"), "informing": _("Informing"), "qualified": _("Qualified"),
        "meeting": _("Meeting"), "offer": _("Offer"), "negotiating": _("Negotiating"), "won": _("Won"),
        "lost": _("Lost"), "asleep": _("Asleep"),
    }  # fmt: skip


def bucket_words(_: Words) -> dict[str, str]:
    """Times to an answer."""
    return {
        "5": _("up to 5 minutes"), "10": _("up to 10 minutes"), "30": _("up to 30 minutes"),
        "60": _("up to an hour"), "240": _("up to 4 hours"), "later": _("longer"),
    }  # fmt: skip


def role_words(_: Words) -> dict[str, str]:
    """What commission is for."""
    return {"sourced": _("found them"), "closed": _("sold to them"), "kept": _("kept them")}


def figure_words(_: Words) -> dict[str, str]:
    """What each figure counts."""
    return {
        "offered": _("Offered"), "accepted": _("Accepted"), "declined": _("Declined"), "expired": _("Expired"),
        "returned": _("Given back"), "answered": _("Answered offers"), "won": _("Won"), "lost": _("Lost"),
        "open": _("Open deals"), "overdue": _("Open deals whose next step is late"), "meetings": _("Meetings held"),
        "sent_offers": _("Offers sent"), "given_up": _("Lost"), "slept": _("Put to sleep"),
        "reason_declined": _("Declined"), "reason_returned": _("Given back"), "left": _("Left the stage"),
        "lost_from": _("Lost from the stage"), "slept_from": _("Put to sleep from the stage"),
        "entries": _("Entries of commission"),
    }  # fmt: skip
