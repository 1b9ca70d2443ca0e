"""One mapping from our own errors to Temporal's: `type` is the stable code, retried only where that helps."""

from __future__ import annotations

from typing import Any

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from services.chassis.errors import DomainError


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
            # A refusal is business as usual: BENIGN keeps it out of error logs and failure metrics.
            category = ApplicationErrorCategory.UNSPECIFIED if error.retryable else ApplicationErrorCategory.BENIGN
            raise ApplicationError(
                error.message, type=error.code, non_retryable=not error.retryable, category=category
            ) from error
