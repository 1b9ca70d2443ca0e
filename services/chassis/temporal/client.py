"""Connecting to Temporal as the environment says (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, TLS, API key)."""

from __future__ import annotations

import functools

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from services.chassis.settings import Settings
from services.chassis.temporal.plugin import leadrelay_plugin
from workflows.contracts import search_attributes as sa


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """A client with Leadrelay's plugin. With `lazy` it connects at its first call."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    plugin = leadrelay_plugin(settings.key_ring, sandbox=settings.workflow_sandbox)
    return await Client.connect(**config, plugins=[plugin], lazy=lazy, runtime=_runtime(settings))


def _runtime(settings: Settings) -> Runtime | None:
    if settings.metrics_port is None:
        return None
    return _prometheus(f"{settings.host}:{settings.metrics_port}")


# Once per process: the runtime holds the port, and a worker connects again after every outage.
@functools.cache
def _prometheus(bind_address: str) -> Runtime:
    metrics = PrometheusConfig(
        bind_address=bind_address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))


async def ensure_search_attributes(client: Client) -> list[str]:
    """Register Leadrelay's search attributes where they are missing; returns the names that were added.

    Several processes may do it at the same moment. Raises RPCError where we may not use the operator API.
    """
    missing = await _missing(client)
    if not missing:
        return []
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes=missing,  # type: ignore[arg-type]
            )
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS or await _missing(client):
            raise
        return []
    return sorted(missing)


async def _missing(client: Client) -> dict[str, int]:
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return {key.name: int(key.indexed_value_type) for key in sa.ALL if key.name not in listed.custom_attributes}
