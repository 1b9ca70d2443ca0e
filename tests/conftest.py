"""Fixtures every test may ask for; each is described where it is defined."""

from __future__ import annotations

import pytest
import structlog

from services.chassis.logging import mask_contacts

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.http"]


@pytest.fixture(scope="session", autouse=True)
def _logs_to_pytest() -> None:
    """Logs go through the standard library, so that pytest shows them with the test that failed and only then."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            mask_contacts,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Cached loggers would ignore what a test configures to listen in.
        cache_logger_on_first_use=False,
    )
