"""Every metric that Leadrelay shows, by name: what alarms and dashboards may ask for."""

from __future__ import annotations

from services.account_mgmt.repository.figures import FIGURES as ACCOUNT_MGMT
from services.conversion.repository.figures import FIGURES as CONVERSION
from services.lead_gen.actions.figures import FIGURES as LEAD_GEN

OF_RECORDS = {figure.name: figure.help for figure in (*LEAD_GEN, *CONVERSION, *ACCOUNT_MGMT)}
"""Read from a tier's database by one of its workers at a time, with the label `tier`."""

OF_EVERY_PROCESS = {
    "process_cpu_seconds_total": "Processor time, user and system.",
    "process_resident_memory_bytes": "Memory in use.",
    "process_open_fds": "Open files and connections.",
    "leadrelay_database_up": "1 if the database answered the last scrape.",
    "leadrelay_pool_connections": "Connections to the database: `used`, `idle`, and the `most` there may be.",
}
OF_APIS = {
    "leadrelay_http_requests_total": "Requests answered, by method, route template and status.",
    "leadrelay_http_request_seconds": "Time to answer, by method and route template.",
}
OF_WORKERS = {
    "leadrelay_figures_unread": "Figures that the database did not give in time, by tier.",
    "leadrelay_job_runs_total": "Runs of periodic jobs, by task.",
    "leadrelay_job_failures_total": "Runs that failed, by task.",
    "leadrelay_job_seconds_total": "Time that the runs took, by task.",
    "leadrelay_job_last_success_timestamp_seconds": "When a run last succeeded, by task.",
    "leadrelay_part_restarts_total": "Background tasks that failed and were started again, by part.",
    "leadrelay_leases_expired_total": "Leases of work that ran out.",
    "leadrelay_task_queue_oldest_seconds": "Age of the oldest task that no worker has taken, by queue and kind.",
    "leadrelay_task_queue_waiting": "Tasks that no worker has taken (about), by queue and kind.",
    "leadrelay_failed": "Workflows and reports of a tier that failed and wait for a person.",
    "leadrelay_activities_refused_total": "What activities refused, by activity and code.",
}
OF_TEMPORAL_SDK = {
    "temporal_workflow_task_schedule_to_start_latency_seconds": "Time a workflow task waited for a worker.",
    "temporal_activity_schedule_to_start_latency_seconds": "Time an activity waited for a worker.",
    "temporal_workflow_endtoend_latency_seconds": "Time from start to end of workflows, by type.",
    "temporal_workflow_task_execution_failed_total": "Workflow tasks that failed, by type.",
    "temporal_activity_execution_failed_total": "Activities that failed, by type.",
    "temporal_workflow_completed_total": "Workflows that ended well, by type.",
    "temporal_workflow_failed_total": "Workflows that failed, by type.",
    "temporal_worker_task_slots_available": "Free slots of a worker, by kind of task.",
    "temporal_worker_task_slots_used": "Used slots of a worker, by kind of task.",
    "temporal_num_pollers": "Requests for work that are open at the server, by kind of task.",
    "temporal_sticky_cache_size": "Workflows held in memory.",
    "temporal_request_failure_total": "Requests to Temporal that failed, by operation.",
}
"""Shown by the SDK of a worker on `LEADRELAY_METRICS_PORT`."""

ALL = OF_RECORDS | OF_EVERY_PROCESS | OF_APIS | OF_WORKERS | OF_TEMPORAL_SDK
NAMES = frozenset(ALL) | {f"{name}_{part}" for name in ALL for part in ("bucket", "count", "sum")}
