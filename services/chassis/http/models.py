"""Base models of request and answer bodies, and the type of ids in paths."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema


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
