"""The one Temporal plugin: converter, encryption, error mapping, sandbox policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

from services.chassis import tracing
from services.chassis.temporal.codec import EncryptionCodec
from services.chassis.temporal.errors import ErrorInterceptor


def data_converter(key_ring: Sequence[tuple[str, bytes]]) -> DataConverter:
    """pydantic JSON, encrypted; failure messages and stack traces too."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(key_ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def workflow_runner(*, sandbox: bool = True) -> WorkflowRunner:
    """The sandbox, which reports a workflow module that imports something heavy without saying so; or none.

    What the sandbox refuses is refused in the tests and in every replay. A worker that has 500 workflows to replay
    after a restart takes half the time without it (docs/adr/0017-a-restart-is-level-in-seconds.md).
    """
    if not sandbox:
        return UnsandboxedWorkflowRunner()
    policy = (
        SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
        | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_import_notification_policy(policy))


def leadrelay_plugin(key_ring: Sequence[tuple[str, bytes]], *, sandbox: bool = True) -> SimplePlugin:
    """Given to every client; workers and replayers of that client inherit it. Only workers do without the sandbox."""
    return SimplePlugin(
        "leadrelay",
        data_converter=data_converter(key_ring),
        interceptors=[*([TracingInterceptor(tracing.tracer())] if tracing.is_on() else []), ErrorInterceptor()],
        workflow_runner=workflow_runner(sandbox=sandbox),
    )
