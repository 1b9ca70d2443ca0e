"""Types of fields that several bodies share: texts, times, time zones."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, StringConstraints

from services.chassis.http import Moment as Moment
from services.chassis.meanings import ZoneName, storable

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), AfterValidator(storable)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(storable)]
LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True), AfterValidator(storable)
]


Timezone = ZoneName


def example(**values: Any) -> ConfigDict:
    """Configuration of a body with an example for the OpenAPI document; the rest is inherited."""
    return ConfigDict(json_schema_extra={"example": values})
