"""Base models of request and answer bodies, and the type of ids in paths."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema


class Body(BaseModel):
    """A request body. An unknown field is an error: a misspelt one would silently do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class Model(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class FieldError(Model):
    """One wrong value: where it stands in the request and why it cannot be right."""

    field: str
    reason: str


class Problem(BaseModel):
    """An error as RFC 9457 describes it. `code` is stable and meant for programs, `detail` for people."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str
    errors: list[FieldError] = []


def problem_schema() -> dict[str, Any]:
    """JSON schema of Problem, with an example, for the OpenAPI document."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    schema["example"] = {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "stale_lease",
        "detail": "the lease of this call has been taken over",
        "instance": "urn:leadrelay:request:0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10",
        "request_id": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10",
        "errors": [],
    }
    return schema


def _uuid(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ValueError("must be a UUID") from None


Id = Annotated[str, AfterValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
"""An id made by `new_id`, in its canonical spelling; anything else is answered with 422."""

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def _written(value: Any) -> Any:
    # Left to itself, pydantic takes a number for the seconds since 1970.
    if not isinstance(value, datetime) and not (isinstance(value, str) and _WRITTEN.match(value)):
        raise ValueError("must be a time with its offset, such as 2026-03-02T09:00:00+02:00")
    return value


def _sane(moment: datetime) -> datetime:
    # Arithmetic near the ends of the calendar overflows in the middle of a rule.
    if not _FIRST_YEAR <= moment.year < _LAST_YEAR:
        raise ValueError(f"must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_sane)]
"""A time with its offset, RFC 3339."""
