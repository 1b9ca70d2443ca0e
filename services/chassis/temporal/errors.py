"""One mapping from our own errors to Temporal's: `type` is the stable code, retried only where that helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from services.chassis.db import Pool
from services.chassis.errors import DomainError

log = structlog.get_logger(__name__)

_refused: Counter[tuple[str, str]] = Counter()


class ErrorInterceptor(Interceptor):
    """Added to every worker by the plugin."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap every activity."""
        return _Mapped(next)


class _Mapped(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except DomainError as error:
            if not error.retryable:
                _count(error)
            # The SDK need not log it as a failure: it is counted and logged here, without its data.
            category = ApplicationErrorCategory.UNSPECIFIED if error.retryable else ApplicationErrorCategory.BENIGN
            raise ApplicationError(
                error.message, type=error.code, non_retryable=not error.retryable, category=category
            ) from error


def _count(error: DomainError) -> None:
    info = activity.info()
    _refused[info.activity_type, error.code] += 1
    log.warning(
        "activity_refused", activity=info.activity_type, code=error.code, workflow_id=info.workflow_id,
        activity_id=info.activity_id,
    )  # fmt: skip


async def refusals(_: Pool) -> Iterable[Metric]:
    """Prometheus: what this process's activities refused for good, by activity and code."""
    family = CounterMetricFamily(
        "leadrelay_activities_refused", "Activities that refused their request for good", labels=["activity", "code"]
    )
    for labels, count in _refused.items():
        family.add_metric(labels, count)
    return [family]
