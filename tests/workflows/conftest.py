"""Workflows run on the time-skipping server: a year passes in a fraction of a second."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.workflows.tiers import Tiers, open_tiers
from workflows.contracts import search_attributes as sa

TEST_SERVER = Path(sys.executable).with_name("temporal-test-server")


async def register_search_attributes(env: WorkflowEnvironment) -> None:
    await env.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=env.client.namespace,
            search_attributes={key.name: int(key.indexed_value_type) for key in sa.ALL},
        )
    )


# A server for each test, because an abandoned child leaves this server's clock locked for ever.
@pytest_asyncio.fixture
async def env() -> AsyncIterator[WorkflowEnvironment]:
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(TEST_SERVER), data_converter=pydantic_data_converter
    )
    await register_search_attributes(env)
    yield env
    await env.shutdown()


# Twice: once as in production, once with every workflow task replayed from its whole history.
@pytest_asyncio.fixture(params=[1000, 0], ids=["cached", "replayed"])
async def tiers(env: WorkflowEnvironment, request) -> AsyncIterator[Tiers]:  # type: ignore[no-untyped-def]
    async with open_tiers(env, max_cached_workflows=request.param) as tiers:
        yield tiers
