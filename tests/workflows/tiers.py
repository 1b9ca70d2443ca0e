"""The three tiers for one workflow test: a worker of each on the time-skipping server, with fakes that record."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.workflows.fakes import FakeAccountMgmt, FakeConversion, FakeLeadGen, card
from workflows.campaign import Campaign
from workflows.cold_call import ColdCall
from workflows.contracts import ids, queues
from workflows.contracts import search_attributes as sa
from workflows.contracts.account_mgmt import CustomerCareInput
from workflows.contracts.base import Money, OrderLine
from workflows.contracts.conversion import (
    Accepted,
    ConversionInput,
    HandOver,
    HandOverReason,
    OfferDeal,
    WonOrder,
)
from workflows.contracts.lead_gen import ColdCallInput, ColdCallPolicy
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare
from workflows.fit_timing import FitTiming
from workflows.open_care import OpenCare
from workflows.publish_catalogue import PublishCatalogue


def activities_in(tier: object) -> list[Any]:
    return [m for n in dir(tier) if hasattr(m := getattr(tier, n), "__temporal_activity_definition")]


BY_QUEUE: dict[str, list[type]] = {
    queues.LEAD_GEN: [ColdCall, Campaign],
    queues.CONVERSION: [Conversion],
    queues.ACCOUNT_MGMT: [CustomerCare, PublishCatalogue, FitTiming, OpenCare],
}


UNDER_WAY = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
}
"""The last event of a workflow that has still to take its turn."""


class Tiers:
    """The three tiers with their people: what a test needs to play everybody around a workflow."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env
        self.client: Client = env.client
        self.lead_id = str(uuid.uuid4())
        self.lead_gen = FakeLeadGen(env.get_current_time)
        self.conversion = FakeConversion(env.get_current_time)
        self.account_mgmt = FakeAccountMgmt(env.get_current_time)
        self._events = 0

    async def start_cold_call(self, **policy: Any) -> WorkflowHandle[Any, Any]:
        start = ColdCallInput(lead_id=self.lead_id, campaign_id="spring", policy=ColdCallPolicy(**policy))
        return await self.client.start_workflow(
            ColdCall.run, start, id=ids.cold_call(self.lead_id), task_queue=queues.LEAD_GEN
        )

    async def start_conversion(self, reason: HandOverReason = HandOverReason.INTERESTED) -> WorkflowHandle[Any, Any]:
        start = ConversionInput(lead_id=self.lead_id, hand_over=self.hand_over(reason), reports_itself=False)
        return await self.client.start_workflow(
            Conversion.run, start, id=ids.conversion(self.lead_id), task_queue=queues.CONVERSION
        )

    async def start_care(self) -> WorkflowHandle[Any, Any]:
        start = CustomerCareInput(
            customer_id=self.lead_id, contact=card(self.lead_id), won=await self.order(), reports_itself=False
        )
        return await self.client.start_workflow(
            CustomerCare.run, start, id=ids.customer(self.lead_id), task_queue=queues.ACCOUNT_MGMT
        )

    def hand_over(self, reason: HandOverReason = HandOverReason.INTERESTED) -> HandOver:
        return HandOver(id=f"cold-call:{self.lead_id}:1", contact=card(self.lead_id), reason=reason)

    async def order(self, deal_id: str = "deal-1") -> WonOrder:
        line = OrderLine(description="Kyiv to Gdańsk, 20 t", quantity=1, unit_price=Money(amount="42000.00"))
        return WonOrder(deal_id=deal_id, lines=[line], won_at=await self.env.get_current_time(), won_by="manager-1")

    async def answer(self, by: str = "somebody") -> dict[str, Any]:
        """The head of a fresh answer: event id, time, person."""
        self._events += 1
        return {"event_id": f"event-{self._events}", "at": await self.env.get_current_time(), "by": by}

    async def later(self, **delta: float) -> Any:
        return await self.env.get_current_time() + timedelta(**delta)

    async def shows(self, handle: WorkflowHandle[Any, Any], *, stage: str = "", owner: str = "") -> None:
        """Wait until the workflow shows this stage or owner."""
        async with asyncio.timeout(60):
            while True:
                shown = (await handle.describe()).typed_search_attributes
                if stage in ("", shown.get(sa.LEAD_STAGE)) and owner in ("", shown.get(sa.OWNER)):
                    return
                await asyncio.sleep(0.02)

    async def settles(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Wait until the workflow, if it still runs, has dealt with everything that it was told."""
        async with asyncio.timeout(60):
            while True:
                history = await self.client.get_workflow_handle(handle.id).fetch_history()
                if history.events[-1].event_type not in UNDER_WAY:
                    return
                await asyncio.sleep(0.02)

    async def pass_time(self, **delta: float) -> None:
        """Let the server's clock run; timers that fall due fire on the way."""
        await self.env.sleep(timedelta(**delta))


@contextlib.asynccontextmanager
async def open_tiers(env: WorkflowEnvironment, **worker_options: Any) -> AsyncIterator[Tiers]:
    tiers = Tiers(env)
    fakes = {
        queues.LEAD_GEN: tiers.lead_gen,
        queues.CONVERSION: tiers.conversion,
        queues.ACCOUNT_MGMT: tiers.account_mgmt,
    }
    async with contextlib.AsyncExitStack() as stack:
        for queue, tier in fakes.items():
            worker = Worker(
                env.client,
                task_queue=queue,
                workflows=BY_QUEUE[queue],
                activities=activities_in(tier),
                debug_mode=True,  # or two seconds without a turn, on a busy machine, would count as a deadlock
                **worker_options,
            )
            await stack.enter_async_context(worker)
        yield tiers


ALL = (queues.LEAD_GEN, queues.CONVERSION, queues.ACCOUNT_MGMT)


@contextlib.asynccontextmanager
async def working(tiers: Tiers, *names: str, cached: int = 0) -> AsyncIterator[None]:
    """Workers of these tiers only. A cached workflow's next task would wait for a worker that is gone."""
    fakes: dict[str, Any] = {
        queues.LEAD_GEN: tiers.lead_gen,
        queues.CONVERSION: tiers.conversion,
        queues.ACCOUNT_MGMT: tiers.account_mgmt,
    }
    workers = [
        Worker(
            tiers.client, task_queue=name, workflows=BY_QUEUE[name], activities=activities_in(fakes[name]),
            debug_mode=True, max_cached_workflows=cached,
        )
        for name in names
    ]  # fmt: skip
    for worker in workers:
        await worker.__aenter__()
    try:
        yield
    finally:
        for worker in workers:
            await worker.__aexit__(None, None, None)


async def accepted(tiers: Tiers, handle: Any, number: int = 1) -> None:
    offer = await tiers.conversion.nth(OfferDeal, number)
    answer = Accepted(**await tiers.answer("manager-1"), item_id=offer.key, next_action_at=await tiers.later(days=1))
    await handle.signal(Conversion.accepted, answer)
