"""Tier 1's figures for Prometheus that are read from its records."""

from __future__ import annotations

from services.chassis.figures import RARELY, Figure, sql
from services.chassis.standing import Stages

LEADS = (
    Figure(
        "leadrelay_leads",
        "Leads of the register, by the tier that has them and their stage.",
        sql("SELECT tier AS with_tier, stage, count(*) AS value FROM leads GROUP BY 1, 2"),
        ("with_tier", "stage"),
        every=RARELY,
    ),
    Figure(
        "leadrelay_import_rows_last_day",
        "Rows of the files that were imported in the last 24 hours, by verdict.",
        sql("""SELECT verdict, sum(count) AS value
                 FROM imports CROSS JOIN LATERAL (VALUES ('accepted', accepted), ('merged', merged),
                      ('duplicate', duplicates), ('rejected', rejected)) AS v (verdict, count)
                WHERE finished_at > now() - interval '1 day' AND NOT dry_run GROUP BY verdict"""),
        ("verdict",),
    ),
    Figure(
        "leadrelay_imports_unfinished",
        "Files that wait or are being read.",
        sql("SELECT count(*) AS value FROM imports WHERE state IN ('queued', 'running')"),
    ),
    Figure(
        "leadrelay_imports_oldest_seconds",
        "For how long the oldest unfinished file has waited.",
        sql("""SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) AS value FROM imports
                WHERE state IN ('queued', 'running')"""),
    ),
)

CALLS = (
    Figure(
        "leadrelay_calls_last_hour",
        "Calls reported in the last hour, by outcome.",
        sql("SELECT outcome, count(*) AS value FROM calls WHERE at > now() - interval '1 hour' GROUP BY outcome"),
        ("outcome",),
    ),
    Figure(
        "leadrelay_callers_signed_on",
        "Callers who are signed on, `calling` or on a `break`.",
        sql("""SELECT CASE WHEN break_since IS NULL THEN 'calling' ELSE 'break' END AS state, count(*) AS value
                 FROM shifts WHERE signed_on_at IS NOT NULL AND signed_off_at IS NULL AND ends_at > now()
                GROUP BY 1"""),
        ("state",),
    ),
    Figure(
        "leadrelay_callbacks_late",
        "Calls that were promised for a time that is over, and that nobody has made.",
        sql("SELECT count(*) AS value FROM callback_promises WHERE kept_at IS NULL AND due_at < now()"),
    ),
    Figure(
        "leadrelay_inbound_calls_last_hour",
        "Calls that came in during the last hour, by the tier they were sent to and whether the number was known.",
        sql("""SELECT routed_to, known, count(*) AS value FROM inbound_calls WHERE at > now() - interval '1 hour'
                GROUP BY routed_to, known"""),
        ("routed_to", "known"),
    ),
    Figure(
        "leadrelay_supply_alarm",
        "1 while the alarm of supply rings, by kind.",
        sql("""SELECT kind, (a.id IS NOT NULL)::int AS value FROM (VALUES ('drought'), ('glut')) AS k (kind)
                 LEFT JOIN alarms a USING (kind) WHERE a.ended_at IS NULL"""),
        ("kind",),
    ),
)

FIGURES = (*LEADS, *CALLS)
STAGES = Stages("SELECT stage, count(*) AS value FROM leads WHERE tier = 'lead_gen' GROUP BY stage")
