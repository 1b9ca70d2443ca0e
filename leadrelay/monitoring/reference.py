"""The page of docs that lists every metric, written from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leadrelay.monitoring import catalogue

FILE = Path(__file__).parents[2] / "docs" / "metrics.md"

_TOP = """\
# Metrics
What Leadrelay shows at `/metrics` of its APIs and of its workers' health ports. How to scrape them, the alarms and the
dashboards are in [Monitoring](monitoring.md). This page is written by `python -m leadrelay.monitoring`.
"""
_PARTS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    (
        "From the records of a tier",
        "Shown by one worker of each tier at a time, with the label `tier`, so a sum over replicas is right. Read\n"
        "every 15 or 60 seconds; the newest reading is shown.",
        catalogue.OF_RECORDS,
    ),
    ("From every process", "", catalogue.OF_EVERY_PROCESS),
    ("From APIs", "", catalogue.OF_APIS),
    (
        "From workers",
        "Every worker looks at the task queues of all tiers, so that a tier whose workers have all stopped is noticed\n"
        "too: take the `max`, not the sum.",
        catalogue.OF_WORKERS,
    ),
    (
        "From the Temporal SDK of a worker",
        "On a port of its own, `LEADRELAY_METRICS_PORT`. These are the ones that our alarms and dashboards ask for;\n"
        "the SDK has more.",
        catalogue.OF_TEMPORAL_SDK,
    ),
)


def text() -> str:
    """The page."""
    return _TOP + "".join(_part(title, about, metrics) for title, about, metrics in _PARTS)


def _part(title: str, about: str, metrics: Mapping[str, str]) -> str:
    rows = "".join(f"| `{name}` | {what} |\n" for name, what in metrics.items())
    return f"\n## {title}\n{about + chr(10) + chr(10) if about else ''}| metric | what it is |\n| --- | --- |\n{rows}"
