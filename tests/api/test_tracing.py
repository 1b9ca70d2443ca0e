"""One trace from a request over SQL, outbox and workflow into the next tier; nothing at all while it is off."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import structlog
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client

from services.chassis import tracing
from services.chassis.outbox.dispatcher import Dispatcher
from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin
from services.chassis.worker import activities_in, make_worker
from tests.fixtures.house import until
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_2 import Tier2, tier_2
from workflows.contracts.base import Tier
from workflows.conversion.workflow import Conversion

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PHONE = "+380445553101"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Traces are on, and what they tell is kept here."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing.use(provider)
    yield kept
    tracing.use(None)


@pytest_asyncio.fixture
async def one(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("traced_one", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


@pytest_asyncio.fixture
async def two(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("traced_two", tier=Tier.CONVERSION, policy="demo")) as tier:
        yield tier


def of_trace(spans: InMemorySpanExporter) -> list[ReadableSpan]:
    """The spans of the trace that the request came with."""
    return [span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == TRACE]


async def test_a_request_is_one_trace_into_the_next_tier_and_tells_nobodys_number(
    spans: InMemorySpanExporter, one: Tier1, two: Tier2, temporal: Client
) -> None:
    client = await Client.connect(
        temporal.service_client.config.target_host, plugins=[leadrelay_plugin(Settings().key_ring)]
    )
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    await one.http.post("/v1/inbound-calls", json={"from": PHONE, "call_id": "traced"}, headers=headers)
    async with make_worker(client, Settings(), Tier.CONVERSION, [Conversion], activities_in(two.activities)):
        await Dispatcher(one.pool, client).deliver_batch()
        await until(lambda: two.pool.fetchval("SELECT count(*) FROM deals"))
    found = of_trace(spans)
    names = {span.name for span in found}
    assert {
        "POST /v1/inbound-calls", "SQL INSERT", "outbox delivers", "StartWorkflow:Conversion", "RunWorkflow:Conversion",
        "StartActivity:conversion.offer_deal", "RunActivity:conversion.offer_deal",
    } <= names  # fmt: skip
    # The deal is written within the trace, too: by tier 2, of whose database the request knew nothing.
    activity = next(span for span in found if span.name == "RunActivity:conversion.offer_deal")
    written = [span for span in found if span.parent and span.parent.span_id == activity.context.span_id]
    assert any("INSERT INTO deals" in str(span.attributes["db.query.text"]) for span in written if span.attributes)
    told = json.dumps([[span.name, dict(span.attributes or {})] for span in spans.get_finished_spans()])
    assert PHONE.removeprefix("+") not in told


async def test_a_route_is_named_by_its_template(spans: InMemorySpanExporter, one: Tier1) -> None:
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    await one.http.put(f"/v1/do-not-call/{PHONE}", json={"proof": "asked on the phone"}, headers=headers)
    request = next(span for span in of_trace(spans) if span.name.startswith("PUT"))
    assert request.name == "PUT /v1/do-not-call/{phone}"
    assert PHONE.removeprefix("+") not in request.to_json()


async def test_a_request_that_is_not_chosen_is_not_traced_further_on_either(
    spans: InMemorySpanExporter, one: Tier1, temporal: Client
) -> None:
    tracing.use(tracing.provider(), share=0)
    await one.http.post("/v1/inbound-calls", json={"from": PHONE, "call_id": "not chosen"})
    handed_on = [row["trace"] for row in await one.pool.fetch("SELECT DISTINCT trace FROM outbox")]
    assert len(handed_on) == 1
    assert handed_on[0].endswith("-00")
    await Dispatcher(one.pool, temporal).deliver_batch()
    with tracing.going_on(handed_on[0]), tracing.tracer().start_as_current_span("next tier") as span:
        assert not span.is_recording()
    told = {span.name for span in spans.get_finished_spans()}
    assert not {name for name in told if name.startswith(("POST", "SQL", "outbox", "StartWorkflow"))}


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("given", [{}, {"traceparent": "no trace"}])
async def test_of_requests_without_a_trace_of_their_own_the_share_is_made(
    spans: InMemorySpanExporter, one: Tier1, share: float, given: dict[str, str]
) -> None:
    tracing.use(tracing.provider(), share=share)
    await one.http.get("/v1/supply", headers=given)
    assert len([span for span in spans.get_finished_spans() if span.name == "GET /v1/supply"]) == share


async def test_while_it_is_off_no_row_of_the_outbox_names_a_trace(one: Tier1) -> None:
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    await one.http.post("/v1/inbound-calls", json={"from": PHONE, "call_id": "untraced"}, headers=headers)
    assert await one.pool.fetch("SELECT DISTINCT trace FROM outbox") == [(None,)]


@pytest.mark.usefixtures("spans")
def test_a_line_of_the_log_names_its_trace() -> None:
    assert "trace_id" not in tracing.name_trace(structlog.get_logger(), "info", {"event": "x"})
    with tracing.going_on(f"00-{TRACE}-00f067aa0ba902b7-01"), tracing.tracer().start_as_current_span("work"):
        line = tracing.name_trace(structlog.get_logger(), "info", {"event": "x"})
    assert (line["trace_id"], len(line["span_id"])) == (TRACE, 16)


async def test_a_collector_that_is_away_holds_nobody_up(one: Tier1) -> None:
    tracing.begin("http://127.0.0.1:9", "leadrelay test")
    try:
        answer = await one.http.get("/v1/supply")
        assert answer.status_code == 200
        assert tracing.traceparent() is None  # outside of a request there is no span
    finally:
        tracing.end()
    assert not tracing.is_on()
