"""Traces for OpenTelemetry: from a request over its SQL, the outbox and the workflow into the next tier, as one.

Off unless `LEADRELAY_TRACES_ENDPOINT` names a collector; then nothing is made and nothing sent. Spans hold templates of
routes and SQL with its placeholders, never a path, a parameter or a payload.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Coroutine, Iterator
from typing import Any

import asyncpg
from opentelemetry import context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import (
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
    get_current_span,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog.typing import EventDict, WrappedLogger

_TRACEPARENT = TraceContextTextMapPropagator()
_HEADER = "traceparent"
_LONGEST_SQL = 2_000
# What stands for the trace of a request of which none is made: whoever goes on with it, the outbox or the next tier,
# makes none either. It is the same for all of them, as an id of its own would cost each more than all the rest.
_NOT_CHOSEN = NonRecordingSpan(SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(TraceFlags.DEFAULT)))
_NOT_CHOSEN_PARENT = f"00-{1:032x}-{1:016x}-00"


class _Tracing:
    """Where this process sends its spans; None while traces are off."""

    provider: TracerProvider | None = None
    tracer: Tracer = NoOpTracer()
    share: float = 1.0


class _Chosen(Sampler):
    """Of what begins here, requests were chosen before they had a span; of anything else the share is made."""

    def __init__(self, share: float) -> None:
        self._share = TraceIdRatioBased(share)

    def should_sample(
        self, parent_context: Any, trace_id: int, name: str, kind: SpanKind | None = None, *others: Any, **more: Any
    ) -> SamplingResult:
        """OpenTelemetry's."""
        chosen = ALWAYS_ON if kind is SpanKind.SERVER else self._share
        return chosen.should_sample(parent_context, trace_id, name, kind, *others, **more)

    def get_description(self) -> str:
        """OpenTelemetry's."""
        return f"requests as chosen, else {self._share.get_description()}"


def begin(endpoint: str | None, process: str, share: float = 1.0) -> None:
    """Send this process's spans to the collector at `endpoint` (OTLP over HTTP). Without one, nothing happens.

    Of the traces that begin here, a `share` of 0 to 1 is made; those that begin elsewhere are decided there.

    Spans wait in a bounded queue; when the collector is away they are dropped, and nobody waits for them.
    """
    if endpoint:
        made = TracerProvider(ParentBased(_Chosen(share)), Resource.create({"service.name": process}))
        made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
        use(made, share)


def use(chosen: TracerProvider | None, share: float = 1.0) -> None:
    """Make spans with this provider from now on, and of this share of requests; none turns traces off."""
    _Tracing.provider, _Tracing.share = chosen, share
    _Tracing.tracer = chosen.get_tracer("leadrelay") if chosen else NoOpTracer()


def end() -> None:
    """Send what still waits, and turn traces off."""
    ended = _Tracing.provider
    use(None)
    if ended is not None:
        ended.shutdown()


def is_on() -> bool:
    """Whether this process makes spans."""
    return _Tracing.provider is not None


def provider() -> TracerProvider | None:
    """What makes this process's spans; none while traces are off."""
    return _Tracing.provider


def tracer() -> Tracer:
    """Makes spans, or nothing while traces are off."""
    return _Tracing.tracer


def traceparent() -> str | None:
    """The present span as W3C writes it; none outside of one."""
    if not is_on():
        return None
    if get_current_span() is _NOT_CHOSEN:
        return _NOT_CHOSEN_PARENT
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


def of_request(given: str | None) -> contextlib.AbstractContextManager[Span]:
    """The span of a request that came with this traceparent. Of those without a valid one, the share has a span."""
    if random.random() >= _Tracing.share and not _is_trace(given):  # noqa: S311 - no secret hangs on it
        return use_span(_NOT_CHOSEN)
    return _begun(given)


def _is_trace(given: str | None) -> bool:
    found = given and get_current_span(_TRACEPARENT.extract({_HEADER: given})).get_span_context()
    return bool(found and found.is_valid)


@contextlib.contextmanager
def _begun(given: str | None) -> Iterator[Span]:
    with going_on(given), tracer().start_as_current_span("request", kind=SpanKind.SERVER) as span:
        yield span


class TracedConnection(asyncpg.Connection):
    """A connection whose statements are spans of a trace that is made; of any other they cost next to nothing.

    So they are no coroutines of their own: what is not recorded is handed through.
    """

    def execute(self, query: str, *args: Any, **options: Any) -> Coroutine[Any, Any, str]:
        """As asyncpg's."""
        return _statement(query, super().execute(query, *args, **options))

    def executemany(self, command: str, args: Any, **options: Any) -> Coroutine[Any, Any, None]:
        """As asyncpg's."""
        return _statement(command, super().executemany(command, args, **options))

    def fetch(self, query: str, *args: Any, **options: Any) -> Coroutine[Any, Any, list[Any]]:
        """As asyncpg's."""
        return _statement(query, super().fetch(query, *args, **options))

    def fetchrow(self, query: str, *args: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """As asyncpg's."""
        return _statement(query, super().fetchrow(query, *args, **options))

    def fetchval(self, query: str, *args: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        """As asyncpg's."""
        return _statement(query, super().fetchval(query, *args, **options))


def _statement(query: str, asked: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
    return _spanned(query, asked) if get_current_span().is_recording() else asked


async def _spanned(query: str, asked: Coroutine[Any, Any, Any]) -> Any:
    text = query.strip()[:_LONGEST_SQL]
    with tracer().start_as_current_span(
        f"SQL {text.split(maxsplit=1)[0].upper()}",
        kind=SpanKind.CLIENT,
        attributes={"db.system.name": "postgresql", "db.query.text": text},
        # PostgreSQL's own message quotes the row.
        record_exception=False,
        set_status_on_exception=False,
    ):
        return await asked


def name_trace(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """structlog processor: the ids of the present trace and span, where one is made."""
    found = get_current_span().get_span_context()
    if found.trace_flags.sampled:
        event["trace_id"], event["span_id"] = f"{found.trace_id:032x}", f"{found.span_id:016x}"
    return event
