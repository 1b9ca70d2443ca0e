"""What each dashboard shows, in the order of the page: for the head of sales, each tier's supervisor, and ops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Panel:
    """A picture of one question. `expr` is PromQL, `unit` one of Grafana's, `legend` its label template."""

    title: str
    expr: str
    legend: str = ""
    unit: str = "short"
    kind: Literal["timeseries", "stat", "bargauge"] = "timeseries"


@dataclass(frozen=True)
class Dashboard:
    """A page of panels."""

    uid: str
    title: str
    about: str
    panels: tuple[Panel, ...]


def stat(title: str, expr: str, unit: str = "short") -> Panel:
    """One number, as it is now."""
    return Panel(title, expr, unit=unit, kind="stat")


def bars(title: str, expr: str, legend: str, unit: str = "short") -> Panel:
    """A bar for each value of a label, as it is now."""
    return Panel(title, expr, legend, unit, "bargauge")


FUNNEL = Dashboard(
    "leadrelay-funnel",
    "Leadrelay: the funnel",
    "Where the leads are, and what the last day brought. For the head of sales.",
    (
        bars("Leads by tier and stage", "sum by (with_tier, stage) (leadrelay_leads)", "{{with_tier}} · {{stage}}"),
        bars("Calls in the last hour", "sum by (outcome) (leadrelay_calls_last_hour)", "{{outcome}}"),
        bars("Hand-overs of a day", "sum by (state) (leadrelay_hand_overs_last_day)", "{{state}}"),
        bars("Deals closed in a day", "sum by (stage) (leadrelay_deals_closed_last_day)", "{{stage}}"),
        bars("Orders of a day", "sum by (source) (leadrelay_orders_last_day)", "{{source}}"),
        bars("Customers", "sum by (state) (leadrelay_customers)", "{{state}}"),
        stat("Tier 2 runs dry with a probability of", "max(leadrelay_supply_runs_dry_ratio)", "percentunit"),
        stat("Deals open", "sum(leadrelay_deals_open)"),
        bars(
            "Open on overdue invoices",
            'sum by (currency) (leadrelay_invoices_open_amount{overdue="True"})',
            "{{currency}}",
        ),
        bars(
            "Commission of the month", "sum by (kind, currency) (leadrelay_commission_amount)", "{{kind}} {{currency}}"
        ),
    ),
)

TIER_1 = Dashboard(
    "leadrelay-lead-gen",
    "Leadrelay: lead generation",
    "Callers, calls, supply and files. For tier 1's supervisor.",
    (
        Panel("Callers signed on", "sum by (state) (leadrelay_callers_signed_on)", "{{state}}"),
        Panel("Calls in the last hour", "sum by (outcome) (leadrelay_calls_last_hour)", "{{outcome}}"),
        Panel("Supply until the next shift", "max by (what) (leadrelay_supply_leads)", "{{what}}"),
        Panel("Tier 2 runs dry", "max(leadrelay_supply_runs_dry_ratio)", "probability", "percentunit"),
        bars("Alarm of supply", "max by (kind) (leadrelay_supply_alarm)", "{{kind}}"),
        Panel("Calls to make", 'sum by (state) (leadrelay_work_items{tier="lead_gen",kind="call"})', "{{state}}"),
        stat("Promised calls that are late", "sum(leadrelay_callbacks_late)"),
        Panel("Calls that came in", "sum by (routed_to) (leadrelay_inbound_calls_last_hour)", "to {{routed_to}}"),
        bars("Rows imported in a day", "sum by (verdict) (leadrelay_import_rows_last_day)", "{{verdict}}"),
        stat("Files that wait", "sum(leadrelay_imports_unfinished)"),
        stat("The oldest file has waited", "max(leadrelay_imports_oldest_seconds)", "s"),
    ),
)

TIER_2 = Dashboard(
    "leadrelay-conversion",
    "Leadrelay: conversion",
    "Hand-overs, deals and offers. For tier 2's supervisor.",
    (
        Panel("Hand-overs nobody has accepted", "sum by (state) (leadrelay_hand_overs_open)", "{{state}}"),
        Panel("The oldest has waited", "max(leadrelay_hand_overs_oldest_seconds)", "oldest", "s"),
        stat("Past their deadline", "sum(leadrelay_hand_overs_past_deadline)"),
        Panel("Time to accept", "max by (percentile) (leadrelay_hand_over_accept_seconds)", "p{{percentile}}", "s"),
        bars("Hand-overs of a day", "sum by (state) (leadrelay_hand_overs_last_day)", "{{state}}"),
        bars("Deals by stage", "sum by (stage) (leadrelay_deals_open)", "{{stage}}"),
        stat("Next steps overdue", "sum(leadrelay_next_steps_late)"),
        stat("Promised answers overdue", "sum(leadrelay_promises_late)"),
        stat("Offers that wait for approval", "sum(leadrelay_offers_awaiting_approval)"),
        stat("Meetings without a manager", "sum(leadrelay_meetings_without_manager)"),
        bars(
            "Commission of the month", "sum by (kind, currency) (leadrelay_commission_amount)", "{{kind}} {{currency}}"
        ),
    ),
)

TIER_3 = Dashboard(
    "leadrelay-account-mgmt",
    "Leadrelay: account management",
    "Customers, reminders and money. For tier 3's supervisor.",
    (
        bars("Customers", "sum by (state) (leadrelay_customers)", "{{state}}"),
        bars("Reminders answered in a day", "sum by (outcome) (leadrelay_nudges_last_day)", "{{outcome}}"),
        stat("Reminders whose answer is overdue", "sum(leadrelay_nudges_late)"),
        stat("The next reminder is late by", "max(leadrelay_nudges_unplanned_seconds)", "s"),
        bars("Orders of a day", "sum by (source) (leadrelay_orders_last_day)", "{{source}}"),
        bars(
            "Invoices open",
            "sum by (currency, overdue) (leadrelay_invoices_open)",
            "{{currency}}, overdue: {{overdue}}",
        ),
        bars(
            "Open amount",
            "sum by (currency, overdue) (leadrelay_invoices_open_amount)",
            "{{currency}}, overdue: {{overdue}}",
        ),
        bars("Transfers for a person", "sum by (state) (leadrelay_bank_transfers_unsettled)", "{{state}}"),
        stat("Bank statements that wait", "sum(leadrelay_bank_statements_unfinished)"),
    ),
)

_QUEUES = "max by (task_queue, kind)"
_P99 = "histogram_quantile(0.99, sum by ({by}, le) (rate({name}_bucket[5m])))"

OPERATIONS = Dashboard(
    "leadrelay-operations",
    "Leadrelay: operations",
    "Processes, queues, outboxes, mail and jobs. For ops.",
    (
        stat("Processes that do not answer", 'count(up{job=~"leadrelay.*"} == 0) or vector(0)'),
        Panel("Requests", "sum by (job) (rate(leadrelay_http_requests_total[5m]))", "{{job}}", "reqps"),
        Panel(
            "Requests that fail",
            'sum by (job, route) (rate(leadrelay_http_requests_total{status=~"5.."}[5m]))',
            "{{job}} {{route}}",
            "reqps",
        ),
        Panel(
            "Time to answer, 99 of 100",
            _P99.format(by="job", name="leadrelay_http_request_seconds"),
            "{{job}}",
            "s",
        ),
        Panel("Oldest task", f"{_QUEUES} (leadrelay_task_queue_oldest_seconds)", "{{task_queue}} {{kind}}", "s"),
        Panel("Tasks that wait", f"{_QUEUES} (leadrelay_task_queue_waiting)", "{{task_queue}} {{kind}}"),
        Panel(
            "Workflow tasks wait, 99 of 100",
            _P99.format(by="task_queue", name="temporal_workflow_task_schedule_to_start_latency_seconds"),
            "{{task_queue}}",
            "s",
        ),
        Panel(
            "Slots free",
            "min by (task_queue, worker_type) (temporal_worker_task_slots_available)",
            "{{task_queue}} {{worker_type}}",
        ),
        Panel("Pollers", "sum by (task_queue, poller_type) (temporal_num_pollers)", "{{task_queue}} {{poller_type}}"),
        Panel("Outbox: oldest answer", "max by (tier) (leadrelay_outbox_oldest_seconds)", "{{tier}}", "s"),
        bars("Set aside for a person", "max by (tier) (leadrelay_outbox_dead)", "{{tier}}"),
        bars("Failed", "sum by (what) (max by (what, tier) (leadrelay_failed))", "{{what}}"),
        Panel("Work that is due", 'sum by (tier, kind) (leadrelay_work_items{state="due"})', "{{tier}} {{kind}}"),
        Panel("Oldest due work", "max by (tier, kind) (leadrelay_work_items_oldest_seconds)", "{{tier}} {{kind}}", "s"),
        Panel("Leases that ran out", "sum by (job) (increase(leadrelay_leases_expired_total[1h]))", "{{job}}"),
        Panel("Mails queued", "sum by (tier, purpose) (leadrelay_mails_queued)", "{{tier}} {{purpose}}"),
        bars("Mails in trouble", "sum by (tier, state) (leadrelay_mails_troubled)", "{{tier}} {{state}}"),
        bars("Mails that came in", "sum by (tier, state) (leadrelay_inbound_mails)", "{{tier}} {{state}}"),
        bars("Webhooks", "sum by (tier, state) (leadrelay_webhooks)", "{{tier}} {{state}}"),
        bars("Messages to webhooks", "sum by (tier, state) (leadrelay_webhook_deliveries)", "{{tier}} {{state}}"),
        Panel("Jobs that fail", "sum by (task) (increase(leadrelay_job_failures_total[15m]))", "{{task}}"),
        Panel("Database connections", "sum by (job, state) (leadrelay_pool_connections)", "{{job}} {{state}}"),
        Panel("Memory", "max by (job) (process_resident_memory_bytes)", "{{job}}", "bytes"),
        Panel("Processor", "sum by (job) (rate(process_cpu_seconds_total[5m]))", "{{job}}", "percentunit"),
    ),
)

DASHBOARDS = (FUNNEL, TIER_1, TIER_2, TIER_3, OPERATIONS)
