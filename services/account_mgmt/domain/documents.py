"""A document as bytes, whatever it is of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """A file with the name under which it is kept, and its media type."""

    name: str
    media_type: str
    content: bytes
