"""Types of fields that several bodies share: texts, times, time zones."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, StringConstraints

from services.chassis.contacts.countries import country_of
from services.chassis.http import Moment as Moment


def _no_nul(text: str) -> str:
    # PostgreSQL stores every character but this one.
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone such as Europe/Kyiv")
    return name


def _country(code: str) -> str:
    if country_of(code) != code:
        raise ValueError("is not a country such as UA")
    return code


CountryCode = Annotated[str, AfterValidator(_country)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), AfterValidator(_no_nul)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_no_nul)]
LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True), AfterValidator(_no_nul)
]
Timezone = Annotated[str, AfterValidator(_zone)]


def example(**values: Any) -> ConfigDict:
    """Configuration of a body with an example for the OpenAPI document; the rest is inherited."""
    return ConfigDict(json_schema_extra={"example": values})
