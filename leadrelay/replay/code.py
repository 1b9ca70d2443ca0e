"""The code at hand, tried on one history after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from temporalio.client import WorkflowHistory
from temporalio.converter import DefaultFailureConverter
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig
from temporalio.worker import Replayer

from leadrelay.replay.words import explanation
from services.chassis.temporal.plugin import data_converter, workflow_runner
from workflows.campaign import Campaign
from workflows.cold_call import ColdCall
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare
from workflows.fit_timing import FitTiming
from workflows.open_care import OpenCare
from workflows.publish_catalogue import PublishCatalogue

WORKFLOWS = (ColdCall, Conversion, CustomerCare, Campaign, PublishCatalogue, FitTiming, OpenCare)
NAMES = tuple(kind.__name__ for kind in WORKFLOWS)
"""The types of workflows, which are called as their classes."""


class Code:
    """Replays histories, in the sandbox or, as workers do, without it."""

    def __init__(self, key_ring: Sequence[tuple[str, bytes]], *, sandbox: bool) -> None:
        # Failures in clear: what is made here goes to the server of nobody, and is shown by its type and place only.
        converter = dataclasses.replace(data_converter(key_ring), failure_converter_class=DefaultFailureConverter)
        self._replayer = Replayer(
            workflows=WORKFLOWS,
            data_converter=converter,
            workflow_runner=workflow_runner(sandbox=sandbox),
            # On a busy machine two seconds without a turn would count as a deadlock.
            debug_mode=True,
            # The SDK would write each failure to standard output as well.
            runtime=Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter="off"))),
        )

    async def misfit(self, history: WorkflowHistory) -> str | None:
        """Why this code cannot carry this history on, in words; None if it can."""
        result = await self._replayer.replay_workflow(history, raise_on_replay_failure=False)
        return None if result.replay_failure is None else explanation(str(result.replay_failure), history)
