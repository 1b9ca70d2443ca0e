"""A letter from a lead in the words of the desk."""

from __future__ import annotations

from services.chassis.mail.inbound.rows import Inbound

KIND = "reply"
"""Work: somebody answered by mail."""
_SHORT = 140


def in_short(inbound: Inbound, said: str | None = None) -> str:
    """The beginning of what they wrote, on one line, after what their calendar has `said`."""
    words = " ".join((inbound.body if said else inbound.body or inbound.subject).split())
    words = ": ".join(filter(None, (said, words))) or ", ".join(file.name for file in inbound.files)
    return words if len(words) <= _SHORT else f"{words[: _SHORT - 1].rstrip()}…"


def as_told(inbound: Inbound, said: str | None = None) -> str:
    """What they wrote, as the history keeps it, after what their calendar has `said`."""
    if said:
        return "\n\n".join(filter(None, (said, inbound.body)))
    return inbound.body or inbound.subject or "…"
