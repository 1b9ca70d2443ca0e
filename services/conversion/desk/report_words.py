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


def note_words(_: Words) -> dict[str, str]:
    """What records say of themselves: stages, how an offer was answered, and how people met."""
    return {
        **stage_words(_), "declined": _("Declined"), "returned": _("Given back"), "expired": _("Expired"),
        "phone": _("by phone"), "online": _("online"), "visit": _("at theirs"),
    }  # fmt: skip


def entry_words(_: Words) -> dict[str, str]:
    """What an entry of the commission ledger is."""
    return {
        "accrued": _("earned"), "vested": _("paid out"), "clawed_back": _("taken back"), "adjusted": _("corrected"),
    }  # fmt: skip


def whom(_: Words, name: str | None, role: str, person: str) -> str:
    """Somebody by name; where this tier was not told it, what they are and their id, to tell one from another."""
    if name:
        return name
    words = {
        "sourced": _("a caller (%(id)s)"), "closed": _("a manager (%(id)s)"), "kept": _("an account manager (%(id)s)"),
    }  # fmt: skip
    return words.get(role, "%(id)s") % {"id": person}


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
