"""All SQL of tier 3. Every function takes the caller's connection, and so its transaction."""

from __future__ import annotations

from datetime import datetime

Cursor = tuple[datetime, str] | None
"""Where a page begins: behind the record of this time and id; none for the first page."""
