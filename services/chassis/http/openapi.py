"""The OpenAPI document: the problem model everywhere, Idempotency-Key on every POST, ETags and what follows."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.chassis.http.idempotency import HEADER
from services.chassis.http.models import FieldError, problem_schema
from services.chassis.http.problems import MEDIA_TYPE

_PROBLEM = {
    "description": "An error, as a problem document.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Repeat a request safely: the same key and body get the first answer again, for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_CHANGED = {**_PROBLEM, "description": "Somebody has changed it since; `changes` says who, when and what, where known."}
_ETAG = {"description": "Of what is shown, for If-Match.", "schema": {"type": "string"}}
_NOT_MODIFIED = {"description": "It still is what If-None-Match names.", "headers": {"ETag": _ETAG}}


def install_openapi(app: FastAPI) -> None:
    """Replace the app's document by the completed one, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                    webhooks=app.webhooks.routes,
                    tags=app.openapi_tags,
                )
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _complete(schema: dict[str, Any]) -> dict[str, Any]:
    models = schema.setdefault("components", {}).setdefault("schemas", {})
    models["Problem"] = problem_schema()
    models["FieldError"] = FieldError.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        models.pop(name, None)
    for item in schema.get("paths", {}).values():
        for method, operation in item.items():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _PROBLEM
            if method == "post":
                operation.setdefault("parameters", []).append(_KEY_PARAMETER)
            _conditions(operation)
    return schema


def _conditions(operation: dict[str, Any]) -> None:
    """What the headers of a condition mean for an operation's answers."""
    names = {one["name"] for one in operation.get("parameters", ())}
    answers = operation["responses"]
    if "If-Match" in names:
        answers["412"] = _CHANGED
    if "If-None-Match" in names:
        answers["304"] = _NOT_MODIFIED
        answers["200"]["headers"] = {"ETag": _ETAG}
