"""What Prometheus sees in the containers: every process once, every rule, figures that agree with the records."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import quote

from deploy.offline.house import until
from deploy.offline.podman import Project

SERVICE = "prometheus"
_PROCESSES = [
    f"leadrelay_{tier}_{what}" for tier in ("lead_gen", "conversion", "account_mgmt") for what in ("api", "worker")
]
# Each process by its own name, then once more by that of its service, and Temporal.
EXPECTED = Counter([*_PROCESSES, "leadrelay_ops_api", *["leadrelay_there"] * 7, "temporal"])
_FETCH = (
    "import sys, urllib.request as r; print(r.urlopen('http://127.0.0.1:9090/api/v1/' + sys.argv[1]).read().decode())"
)
# Two looks at the names of services, and two at their figures.
_SECONDS = 90.0


def sees_everyone_once(project: Project) -> None:
    """Every process is asked at one address and answers, and every rule can be counted. Raises AssertionError."""
    seen: list[tuple[str, str, str]] = []

    def all_well() -> bool:
        seen[:] = [
            (one["labels"]["job"], one["labels"]["instance"], one["health"])
            for one in _ask(project, "targets")["activeTargets"]
        ]
        return Counter(job for job, _, _ in seen) == EXPECTED and all(health == "up" for _, _, health in seen)

    try:
        until("Prometheus sees everyone", all_well, _SECONDS)
    except AssertionError:
        raise AssertionError(f"Prometheus sees {sorted(seen)}, not {dict(EXPECTED)}") from None
    rules = [rule for group in _ask(project, "rules")["groups"] for rule in group["rules"]]
    wrong = [rule["name"] for rule in rules if rule["health"] == "err"]
    assert rules and not wrong, f"of {len(rules)} rules, Prometheus cannot count {wrong}"


def counts(project: Project, query: str, wanted: float) -> None:
    """What a query comes to, as soon as the figures of now have been fetched. Raises AssertionError."""
    found: list[float] = []

    def right() -> bool:
        result = _ask(project, f"query?query={quote(query)}")["result"]
        found[:] = [float(one["value"][1]) for one in result]
        return found == [wanted]

    try:
        until(query, right, _SECONDS)
    except AssertionError:
        raise AssertionError(f"{query} is {found} in Prometheus, not {wanted:g}") from None


def _ask(project: Project, what: str) -> Any:
    code, said = project.execute(SERVICE, "python3", "-c", _FETCH, what)
    return json.loads(said)["data"] if code == 0 else {"activeTargets": [], "groups": [], "result": []}
