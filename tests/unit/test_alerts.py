"""Each alarm rings for what it is about and keeps quiet otherwise, names a metric that there is, and has a runbook."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadrelay.monitoring.catalogue import NAMES
from services.chassis.queue_watch import OLD_AFTER_SECONDS
from tests.fixtures.metrics import promtool

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
SECTIONS = ["What it means", "Who is hurt", "First look", "Safe act"]
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
]  # fmt: skip
_TIERS = ("lead_gen", "conversion", "account_mgmt")

# Three hours, a value a minute: `0+1x180` grows by one a minute, `5x180` stays.
Series = dict[str, str]
READ = {f'leadrelay_figures_unread{{tier="{tier}"}}': "0x180" for tier in _TIERS}


def latency(slow: int) -> Series:
    """100 requests a minute, of which so many take two seconds."""
    name = "leadrelay_http_request_seconds_bucket"
    within = {"0.05": 100 - slow, "1.0": 100 - slow, "2.5": 100, "+Inf": 100}
    return {f'{name}{{job="a",le="{le}"}}': f"0+{count}x180" for le, count in within.items()}


def requests(failing: int) -> Series:
    """1,000 requests a minute, of which so many fail."""
    name = "leadrelay_http_requests_total"
    return {
        f'{name}{{job="a",status="200"}}': f"0+{1000 - failing}x180",
        f'{name}{{job="a",status="500"}}': f"0+{failing}x180",
    }


def pool(used: int) -> Series:
    name = "leadrelay_pool_connections"
    return {f'{name}{{instance="i",state="used"}}': f"{used}x180", f'{name}{{instance="i",state="most"}}': "10x180"}


def waiting(hand_overs: int, seconds: int) -> Series:
    return {
        'leadrelay_hand_overs_open{state="waiting"}': f"{hand_overs}x180",
        "leadrelay_hand_overs_oldest_seconds": f"{seconds}x180",
    }


def gauge(name: str, loud: float, quiet: float = 0) -> tuple[Series, Series]:
    return {name: f"{loud}x180"}, {name: f"{quiet}x180"}


def counter(name: str, loud: float, quiet: float = 0) -> tuple[Series, Series]:
    return {name: f"0+{loud}x180"}, {name: f"0+{quiet}x180"}


# What rings each alarm, and what does not.
CASES: dict[str, tuple[Series, Series]] = {
    "LeadrelayProcessDown": ({'up{job="leadrelay_api"}': "0x180"}, {'up{job="leadrelay_api"}': "1x180"}),
    "LeadrelayDatabaseDown": gauge('leadrelay_database_up{job="a"}', 0, 1),
    "LeadrelayDatabasePoolIsFull": (pool(10), pool(9)),
    "LeadrelayRequestsFail": (requests(20), requests(5)),
    "LeadrelayRequestsAreSlow": (latency(5), latency(0)),
    "LeadrelayJobFails": counter('leadrelay_job_failures_total{job="w",task="supply"}', 1, 0.1),
    "LeadrelayFiguresAreMissing": ({**READ, 'leadrelay_figures_unread{tier="conversion"}': "1x180"}, READ),
    "LeadrelayTaskQueueIsOld": gauge('leadrelay_task_queue_oldest_seconds{task_queue="q",kind="workflow"}', 31, 29),
    "LeadrelayNobodySeesTheTaskQueues": ({}, {'leadrelay_task_queue_oldest_seconds{task_queue="q"}': "0x180"}),
    "LeadrelayWorkflowTasksFail": counter('temporal_workflow_task_execution_failed_total{task_queue="q"}', 1),
    "LeadrelayWorkersAreFull": gauge('temporal_worker_task_slots_available{worker_type="ActivityWorker"}', 0, 1),
    "LeadrelayWorkflowsFailed": gauge('leadrelay_failed{what="workflows"}', 1),
    "LeadrelayOutboxIsOld": gauge('leadrelay_outbox_oldest_seconds{tier="lead_gen"}', 61, 59),
    "LeadrelayAnswersSetAside": gauge('leadrelay_outbox_dead{tier="lead_gen"}', 1),
    "LeadrelayHandOversPastDeadline": gauge("leadrelay_hand_overs_past_deadline", 1),
    "LeadrelayHandOversWaitForAManager": (waiting(1, 3700), waiting(1, 3500)),
    "LeadrelayCallbacksAreLate": gauge("leadrelay_callbacks_late", 1),
    "LeadrelayPromisedAnswersAreLate": gauge("leadrelay_promises_late", 1),
    "LeadrelaySupplyRunsDry": gauge("leadrelay_supply_runs_dry_ratio", 0.9, 0.7),
    "LeadrelayLeasesRunOut": counter('leadrelay_leases_expired_total{job="w"}', 1, 0.2),
    "LeadrelayRemindersAreLate": gauge("leadrelay_nudges_unplanned_seconds", 3700, 3500),
    "LeadrelayMailDoesNotLeave": gauge('leadrelay_mails_oldest_due_seconds{tier="conversion"}', 901, 899),
    "LeadrelayMailsFail": (
        {'leadrelay_mails_troubled{tier="conversion",state="failed"}': "0+1x180"},
        {'leadrelay_mails_troubled{tier="conversion",state="failed"}': "500x180"},
    ),
    "LeadrelayWebhooksFail": (
        {'leadrelay_webhooks{tier="conversion",state="failing"}': "1x180"},
        {
            'leadrelay_webhooks{tier="conversion",state="active"}': "9x180",
            'leadrelay_webhooks{tier="conversion",state="paused"}': "9x180",
        },
    ),
    "LeadrelayWebhooksWait": gauge('leadrelay_webhooks_oldest_due_seconds{tier="conversion"}', 901, 899),
    "LeadrelayAnswersByMailNotPlaced": gauge('leadrelay_inbound_mails{tier="conversion",state="set_aside"}', 1),
    "LeadrelayInboundMailIsNotRead": gauge('leadrelay_inbound_mails{tier="conversion",state="new"}', 1),
    "LeadrelayImportIsStuck": gauge("leadrelay_imports_oldest_seconds", 1801, 1799),
}


def rings(alert: str, series: Series, expected: int) -> dict[str, Any]:
    """A test group of promtool: after three hours so many instances of the alarm ring."""
    firing = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)'
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": firing, "eval_time": "180m", "exp_samples": [{"labels": "{}", "value": expected}]}
        ],
    }


def test_every_alarm_is_tried_both_ways() -> None:
    assert sorted(CASES) == sorted(rule["alert"] for rule in RULES)


def test_each_alarm_rings_for_what_it_is_about_and_keeps_quiet_otherwise(tmp_path: Path) -> None:
    tests = [
        group for alert, (loud, quiet) in CASES.items() for group in (rings(alert, loud, 1), rings(alert, quiet, 0))
    ]
    file = tmp_path / "tests.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": tests}))
    told = subprocess.run([promtool(), "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_waits_before_it_rings_and_has_a_runbook(rule: dict[str, Any]) -> None:
    assert rule["for"]
    assert rule["labels"]["severity"] in ("page", "ticket")
    page = (ROOT / rule["annotations"]["runbook"]).read_text()
    assert page.startswith(f"# {rule['alert']}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == SECTIONS


def test_every_runbook_is_of_an_alarm() -> None:
    pages = {f"docs/runbooks/{page.name}" for page in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert pages - {"docs/runbooks/index.md"} == {rule["annotations"]["runbook"] for rule in RULES}


def test_alarms_name_metrics_that_there_are() -> None:
    named = {name for rule in RULES for name in re.findall(r"(?:leadrelay|temporal)_\w+", rule["expr"])}
    assert named <= NAMES


def test_a_queue_is_old_at_the_age_at_which_workers_say_so() -> None:
    rule = next(rule for rule in RULES if rule["alert"] == "LeadrelayTaskQueueIsOld")
    assert rule["expr"].endswith(f"> {OLD_AFTER_SECONDS:g}")
