"""Around every request: its id, the access log line, the metrics, and the answer to an unexpected error."""

from __future__ import annotations

import re
import time
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.db import new_id
from services.chassis.http.metrics import Metrics
from services.chassis.http.problems import problem

HEADER = "X-Request-Id"
_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_QUIET = {"/healthz", "/readyz", "/metrics"}

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
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = scope["leadrelay.request_id"]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("unexpected_error", **_who(scope))
            if status == 0:
                response = problem(
                    scope,
                    status=500,
                    code="internal",
                    detail="something went wrong on our side; give the request id to the operators",
                )
                await response(scope, receive, send_with_id)
        finally:
            # A client that left before the answer is counted as 499, as proxies do.
            self._record(scope, status or 499, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        facts = _who(scope)
        self._metrics.observe(facts["method"], facts["route"], status, seconds)
        level = log.debug if facts["route"] in _QUIET else log.info
        level("request", **facts, status=status, ms=round(seconds * 1000, 1))


def _who(scope: Scope) -> dict[str, Any]:
    # The template, never the path: phone numbers are part of paths.
    route = getattr(scope.get("route"), "path", "unmatched")
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    return {"method": method, "route": route, "person": scope.get("leadrelay.person")}


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
