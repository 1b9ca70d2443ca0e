"""Traces for OpenTelemetry: from a request over its SQL, the outbox and the workflow into the next tier, as one.

Off unless `LEADRELAY_TRACES_ENDPOINT` names a collector; then nothing is made and nothing sent. Spans hold templates of
routes and SQL with its placeholders, never a path, a parameter or a payload.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import asyncpg
from opentelemetry import context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NoOpTracer, SpanKind, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog.typing import EventDict, WrappedLogger

_TRACEPARENT = TraceContextTextMapPropagator()
_HEADER = "traceparent"
_LONGEST_SQL = 2_000


class _Tracing:
    """Where this process sends its spans; None while traces are off."""

    provider: TracerProvider | None = None
    tracer: Tracer = NoOpTracer()


def begin(endpoint: str | None, process: str, share: float = 1.0) -> None:
    """Send this process's spans to the collector at `endpoint` (OTLP over HTTP). Without one, nothing happens.

    Of the traces that begin here, a `share` of 0 to 1 is made; those that begin elsewhere are decided there.

    Spans wait in a bounded queue; when the collector is away they are dropped, and nobody waits for them.
    """
    if endpoint:
        chosen = ParentBased(TraceIdRatioBased(share))
        provider = TracerProvider(chosen, Resource.create({"service.name": process}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
        use(provider)


def use(provider: TracerProvider | None) -> None:
    """Make spans with this provider from now on; none turns traces off."""
    _Tracing.provider = provider
    _Tracing.tracer = provider.get_tracer("leadrelay") if provider else NoOpTracer()


def end() -> None:
    """Send what still waits, and turn traces off."""
    provider = _Tracing.provider
    use(None)
    if provider is not None:
        provider.shutdown()


def is_on() -> bool:
    """Whether this process makes spans."""
    return _Tracing.provider is not None


def tracer() -> Tracer:
    """Makes spans, or nothing while traces are off."""
    return _Tracing.tracer


def traceparent() -> str | None:
    """The present span as W3C writes it; none outside of one."""
    if not is_on():
        return None
    carrier: dict[str, str] = {}
    _TRACEPARENT.inject(carrier)
    return carrier.get(_HEADER)


@contextlib.contextmanager
def going_on(given: str | None) -> Iterator[None]:
    """Spans made within belong to the trace of this traceparent; without a valid one, to the present one."""
    if not is_on() or not given:
        yield
        return
    token = context.attach(_TRACEPARENT.extract({_HEADER: given}))
    try:
        yield
    finally:
        context.detach(token)


class TracedConnection(asyncpg.Connection):
    """A connection whose statements are spans of a trace that is made; of any other they cost next to nothing."""

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """As asyncpg's."""
        with _statement(query):
            return await super().execute(query, *args, **options)

    async def executemany(self, command: str, args: Any, **options: Any) -> None:
        """As asyncpg's."""
        with _statement(command):
            await super().executemany(command, args, **options)

    async def fetch(self, query: str, *args: Any, **options: Any) -> list[Any]:
        """As asyncpg's."""
        with _statement(query):
            rows: list[Any] = await super().fetch(query, *args, **options)
            return rows

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        """As asyncpg's."""
        with _statement(query):
            return await super().fetchrow(query, *args, **options)

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        """As asyncpg's."""
        with _statement(query):
            return await super().fetchval(query, *args, **options)


def _statement(query: str) -> contextlib.AbstractContextManager[object]:
    if not get_current_span().is_recording():
        return contextlib.nullcontext()
    text = query.strip()[:_LONGEST_SQL]
    return tracer().start_as_current_span(
        f"SQL {text.split(maxsplit=1)[0].upper()}",
        kind=SpanKind.CLIENT,
        attributes={"db.system.name": "postgresql", "db.query.text": text},
        # PostgreSQL's own message quotes the row.
        record_exception=False,
        set_status_on_exception=False,
    )


def name_trace(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """structlog processor: the ids of the present trace and span."""
    found = get_current_span().get_span_context()
    if found.is_valid:
        event["trace_id"], event["span_id"] = f"{found.trace_id:032x}", f"{found.span_id:016x}"
    return event
