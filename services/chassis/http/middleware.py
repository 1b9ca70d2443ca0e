"""Around every request: its id, the headers that browsers go by, the access log line, the metrics, and the answer to an
unexpected error.
"""

from __future__ import annotations

import re
import time
from typing import Any

import structlog
from opentelemetry.trace import Span, StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis import tracing
from services.chassis.db import is_broken, new_id
from services.chassis.http.metrics import Metrics
from services.chassis.http.problems import problem
from services.chassis.http.unread import UnreadBody

HEADER = "X-Request-Id"
_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_QUIET = {"/healthz", "/readyz", "/metrics"}
# Unless an answer says otherwise: it may hold personal data, so nothing between here and the person keeps it, and it is
# never framed or taken for something else. No default-src, which would stop what browsers show PDFs with.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

log = structlog.get_logger("leadrelay.access")


class RequestMiddleware:
    """Plain ASGI rather than BaseHTTPMiddleware, which would buffer streams and hide disconnects."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass the lifespan on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        offered = Headers(scope=scope).get(HEADER, "")
        scope["leadrelay.request_id"] = offered if _ACCEPTED.fullmatch(offered) else new_id()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=scope["leadrelay.request_id"])
        if not tracing.is_on() or scope["path"] in _QUIET or scope["path"].endswith("/events"):
            # A stream of events lasts for hours, and is no request that anybody waits for.
            await self._answer(scope, receive, send)
            return
        given = Headers(scope=scope).get("traceparent")
        with tracing.of_request(given) as span:
            status = await self._answer(scope, receive, send)
            if span.is_recording():
                _describe(span, scope, status)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Serve it; the status of the answer."""
        status = 0
        began = time.perf_counter()
        body = UnreadBody(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = scope["leadrelay.request_id"]
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await body.send(message)

        try:
            await self._app(scope, body.receive, send_with_headers)
        except ClientDisconnect:
            pass  # in the middle of its body: there is nobody to answer
        except Exception as error:
            # Starlette's own error, once the answer has begun, is only that no other can be given.
            cause = error.__cause__ or error
            if status and is_broken(cause):
                # Without its end, the client can tell that the answer is not whole.
                log.warning("answer_broken_off", error=type(cause).__name__, **_who(scope))
            else:
                log.exception("unexpected_error", **_who(scope))
            if status == 0:
                await _internal(scope)(scope, body.receive, send_with_headers)
        finally:
            # A client that left before the answer is counted as 499, as proxies do.
            self._record(scope, status or 499, time.perf_counter() - began)
        return status or 499

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        facts = _who(scope)
        self._metrics.observe(facts["method"], facts["route"], status, seconds)
        level = log.debug if facts["route"] in _QUIET else log.info
        level("request", **facts, status=status, ms=round(seconds * 1000, 1))


def _describe(span: Span, scope: Scope, status: int) -> None:
    """Name a span as its route, never as its path."""
    facts = _who(scope)
    span.update_name(f"{facts['method']} {facts['route']}")
    span.set_attributes(
        {
            "http.request.method": facts["method"],
            "http.route": facts["route"],
            "http.response.status_code": status,
            "leadrelay.request_id": scope["leadrelay.request_id"],
        }
    )
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _internal(scope: Scope) -> Response:
    detail = "something went wrong on our side; give the request id to the operators"
    return problem(scope, status=500, code="internal", detail=detail)


def _who(scope: Scope) -> dict[str, Any]:
    # The template, never the path: phone numbers are part of paths.
    route = getattr(scope.get("route"), "path", "unmatched")
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    return {"method": method, "route": route, "person": scope.get("leadrelay.person")}


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
