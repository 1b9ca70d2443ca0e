"""Every error of every route as application/problem+json, and none of the service's internals in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from asyncpg import exceptions as pg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from services.chassis.db import is_broken
from services.chassis.errors import Conflict, DomainError, Invalid, Unavailable

MEDIA_TYPE = "application/problem+json"
_CODES = {400: "malformed_body", 404: "not_found", 405: "method_not_allowed", 406: "not_acceptable"}
RETRYABLE = (
    pg.QueryCanceledError,
    pg.LockNotAvailableError,
    pg.TransactionRollbackError,
    pg.OperatorInterventionError,
    pg.InsufficientResourcesError,
    pg.ReadOnlySQLTransactionError,
)

"""What PostgreSQL refuses now and may do in a moment."""

log = structlog.get_logger(__name__)


def request_id(scope: Mapping[str, Any]) -> str:
    """The id of this request, as the middleware has set it."""
    return str(scope.get("leadrelay.request_id", ""))


def problem(
    scope: Mapping[str, Any],
    *,
    status: int,
    code: str,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document as an answer. `instance` is the request's id: a path may hold a phone number."""
    identifier = request_id(scope)
    document = {
        **(members or {}),
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"urn:leadrelay:request:{identifier}",
        "request_id": identifier,
        "errors": list(errors),
    }
    # Field names are echoed, and JSON can spell characters that UTF-8 cannot carry.
    content = json.dumps(document, ensure_ascii=False, default=_plain).encode("utf-8", "replace")
    return Response(content, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _plain(value: Any) -> str:
    """What JSON has no word for; a time as RFC 3339 writes it."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def from_domain(scope: Mapping[str, Any], error: DomainError) -> Response:
    """The answer for one of our own refusals."""
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    wrong = ({error.field: error.message} if error.field else {}) | error.also
    errors = [{"field": field, "reason": reason} for field, reason in wrong.items()]
    return problem(
        scope,
        status=error.status,
        code=error.code,
        detail=error.message,
        errors=errors,
        members=error.detail,
        headers=headers,
    )


def from_postgres(error: Exception) -> DomainError | None:
    """What a database error means to the person asking; none when it is our bug.

    Constraint messages quote the row, so none of the server's own text goes out.
    """
    if is_broken(error):
        return Unavailable("the connection to the database broke; try again")
    if isinstance(error, RETRYABLE):
        return Unavailable("the database could not answer in time; try again")
    if isinstance(error, pg.UniqueViolationError | pg.ExclusionViolationError):
        return Conflict("this conflicts with an existing record", code="conflict")
    if isinstance(error, pg.ForeignKeyViolationError):
        return Conflict("this names a record that does not exist, or that others still need", code="broken_reference")
    if isinstance(error, pg.CharacterNotInRepertoireError | pg.UntranslatableCharacterError):
        return Invalid("a text holds a character that no text may hold (NUL): take it out")
    if isinstance(error, pg.IntegrityConstraintViolationError | pg.DataError):
        return Invalid("a value is outside the range that can be stored")
    return None


async def _on_domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101 - the type this handler is registered for
    return from_domain(request.scope, error)


async def _on_postgres(request: Request, error: Exception) -> Response:
    known = from_postgres(error)
    if known is None:
        raise error
    log.warning("database_refused", error=type(error).__name__, code=known.code)
    return from_domain(request.scope, known)


async def _on_connection(request: Request, error: Exception) -> Response:
    log.warning("connection_failed", error=type(error).__name__)
    return from_domain(request.scope, Unavailable("a system that this service depends on does not answer; try again"))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the type this handler is registered for
    code = _CODES.get(error.status_code, "http_error")
    detail = {404: "there is nothing at this address", 405: "this address does not take this method"}.get(
        error.status_code, "the body could not be read" if error.status_code == 400 else str(error.detail)
    )
    headers = error.headers if error.status_code != 405 else {**(error.headers or {}), **_allowed(request)}
    return problem(request.scope, status=error.status_code, code=code, detail=detail, headers=headers)


def _allowed(request: Request) -> dict[str, str]:
    """Every method of this address: the framework names those of the first route that it finds."""
    found: set[str] = set()
    for template, item in request.app.openapi()["paths"].items():
        if compile_path(template)[0].match(request.scope["path"]):
            found |= {method.upper() for method in item}
    return {"Allow": ", ".join(sorted(found))} if found else {}


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the type this handler is registered for
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        place = next(item for item in found if item["type"] == "json_invalid")
        reason = f"is not JSON: {place.get('ctx', {}).get('error', 'unreadable')} at character {place['loc'][-1]}"
        errors = [{"field": "body", "reason": reason}]
        return problem(request.scope, status=400, code="malformed_json", detail=f"the body {reason}", errors=errors)
    # What guards a change reads the same path and body as the change itself, and finds the same in them.
    named = dict.fromkeys((_path(item["loc"]), _reason(item)) for item in found)
    errors = [{"field": field, "reason": reason} for field, reason in named]
    detail = "; ".join(f"{item['field']}: {item['reason']}" for item in errors[:3])
    return problem(request.scope, status=422, code="invalid", detail=detail, errors=errors)


def _path(loc: Sequence[int | str]) -> str:
    """`("body", "lines", 0, "quantity")` as people write it: `lines[0].quantity`; the whole body is `body`."""
    parts = loc[1:] if len(loc) > 1 else loc
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text[:200]


_NO_OBJECT = ("dict_type", "model_type", "model_attributes_type", "dataclass_type")
_GIVEN: Mapping[type, str] = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list"}


def _reason(item: Mapping[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "unknown field"
    if item["type"] in _NO_OBJECT:
        return f"must be a JSON object with its fields, not {_GIVEN.get(type(item.get('input')), 'null')}"
    return str(item["msg"]).removeprefix("Value error, ")[:500]


def install_handlers(app: FastAPI) -> None:
    """Register the handlers; what none of them knows is answered by the middleware as `internal`."""
    app.add_exception_handler(DomainError, _on_domain)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(asyncpg.PostgresError, _on_postgres)
    app.add_exception_handler(asyncpg.InterfaceError, _on_postgres)
    app.add_exception_handler(asyncpg.InternalClientError, _on_postgres)
    app.add_exception_handler(ConnectionError, _on_connection)
    app.add_exception_handler(TimeoutError, _on_connection)
