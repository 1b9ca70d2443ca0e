"""Series of numbers: of each legal entity, kind of document and year, without gaps once they run."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from services.chassis.errors import Invalid
from services.chassis.records import Record

Series = Literal["invoice", "credit_note"]
KINDS: Final[dict[Series, str]] = {"invoice": "", "credit_note": "CN"}
"""How the counters call them."""


class NumberStart(Record):
    """A series was moved on: `was` is the number that would have come, `next_number` the one that came instead."""

    series: Series
    year: int
    next_number: int
    was: int
    reason: str
    set_by: str
    set_at: datetime


class NextNumber(Record):
    """The number of the next document of a series."""

    series: Series
    year: int
    next_number: int


def check_year(year: int, this_year: int) -> None:
    """Raises Invalid for a year in which nothing is issued any more, or not for long."""
    if not this_year <= year <= this_year + 1:
        raise Invalid(f"Numbers can be set for {this_year} and {this_year + 1}", field="year")


def check_next(wanted: int, last: int) -> None:
    """A series goes upwards only. Raises Invalid for a number that may be on a document already."""
    if wanted <= last:
        raise Invalid(f"{last} is taken: the next number is at least {last + 1}", field="next_number")
