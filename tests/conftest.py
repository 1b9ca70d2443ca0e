"""Fixtures every test may ask for; each is described where it is defined."""

from __future__ import annotations

import atexit
import os
import sys

import pytest
import structlog
from hypothesis import HealthCheck, settings

from services.chassis.logging import mask_contacts
from tests.fixtures.reaper import Reaper

# A property is true or not, however busy the machine is, and the same examples are tried everywhere;
# `--hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("search", settings.get_profile("steady"), derandomize=False, max_examples=1000)
settings.load_profile("steady")

EXIT_STATUS = pytest.StashKey[int]()
REAPER = pytest.StashKey[Reaper]()

pytest_plugins = [
    "tests.fixtures.memory",
    "tests.fixtures.parallel",
    "tests.fixtures.postgres",
    "tests.fixtures.temporal",
]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # workers belong to the run of the process that started them
        config.stash[REAPER] = Reaper()


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """`-q` leaves out the heading with the seed, and whoever has to find a failure again needs it."""
    seed = config.getoption("randomly_seed", default=None)
    if seed is not None:
        terminalreporter.write_line(f"The same order again: --randomly-seed={seed}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if REAPER in config.stash and (left := config.stash[REAPER].stop()):
        sys.stderr.write(f"Processes that tests left behind were ended: {left}\n")
    # Temporal's threads can abort the interpreter's own end (Python 3.11) after everything has passed.
    if EXIT_STATUS in config.stash:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[EXIT_STATUS])
