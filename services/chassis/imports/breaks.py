"""What may be said of something that broke over a row."""

from __future__ import annotations

import traceback


def place_of(failure: BaseException) -> str:
    """Where it broke, for the log: what it says may hold a row of the file."""
    where = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{where.name}:{where.lineno}"
