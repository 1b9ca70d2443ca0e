"""Fixtures every test may ask for; each is described where it is defined."""

from __future__ import annotations

import atexit
import os
import sys

import pytest
import structlog
from hypothesis import settings

from services.chassis.logging import mask_contacts

# A property is true or not, however busy the machine is.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

EXIT_STATUS = pytest.StashKey[int]()

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.http", "tests.fixtures.temporal"]


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


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Temporal's threads can abort the interpreter's own end (Python 3.11) after everything has passed."""
    if EXIT_STATUS in config.stash:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[EXIT_STATUS])
