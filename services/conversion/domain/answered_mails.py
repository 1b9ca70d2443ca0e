"""A letter from a lead in the words of the desk."""

from __future__ import annotations

from services.chassis.mail.inbound.rows import Inbound

KIND = "reply"
"""Work: somebody answered by mail."""
_SHORT = 140


def in_short(inbound: Inbound) -> str:
    """The beginning of what they wrote, on one line."""
    said = " ".join((inbound.body or inbound.subject).split()) or ", ".join(file.name for file in inbound.files)
    return said if len(said) <= _SHORT else f"{said[: _SHORT - 1].rstrip()}…"


def as_told(inbound: Inbound) -> str:
    """What they wrote, as the history keeps it."""
    return inbound.body or inbound.subject or "…"
