"""Types of fields that several bodies share: texts, times, time zones."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, ConfigDict, StringConstraints

_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def _no_nul(text: str) -> str:
    # PostgreSQL stores every character but this one.
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _sane(moment: datetime) -> datetime:
    # Arithmetic near the ends of the calendar overflows in the middle of a figure.
    if not _FIRST_YEAR <= moment.year < _LAST_YEAR:
        raise ValueError(f"must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone such as Europe/Kyiv")
    return name


Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), AfterValidator(_no_nul)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_no_nul)]
LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True), AfterValidator(_no_nul)
]
Moment = Annotated[AwareDatetime, AfterValidator(_sane)]
"""A time with its offset, RFC 3339."""
Timezone = Annotated[str, AfterValidator(_zone)]


def example(**values: Any) -> ConfigDict:
    """Configuration of a body with an example for the OpenAPI document; the rest is inherited."""
    return ConfigDict(json_schema_extra={"example": values})
