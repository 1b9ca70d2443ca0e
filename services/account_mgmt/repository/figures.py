"""Tier 3's figures for Prometheus."""

from __future__ import annotations

from services.account_mgmt.repository.invoice_sums import owed
from services.chassis.durable_figures import DURABLE
from services.chassis.figures import RARELY, Figure, sql
from services.chassis.standing import Stages

CUSTOMERS = (
    Figure(
        "leadrelay_customers",
        "Customers, by state.",
        sql("SELECT state, count(*) AS value FROM customers GROUP BY state"),
        ("state",),
        every=RARELY,
    ),
    Figure(
        "leadrelay_nudges_unplanned_seconds",
        "How late the reminder of a purchase is that should have been opened first; 0 when all are on time.",
        sql("""SELECT coalesce(extract(epoch FROM now() - min(next_nudge_at)), 0) AS value FROM customers
                WHERE next_nudge_at < now() AND state IN ('active', 'at_risk')"""),
    ),
    Figure(
        "leadrelay_nudges_late",
        "Reminders of purchases whose answer is overdue.",
        sql("SELECT count(*) AS value FROM nudges WHERE answered_at IS NULL AND answer_by < now()"),
    ),
    Figure(
        "leadrelay_nudges_last_day",
        "Reminders of purchases answered in the last 24 hours, by outcome.",
        sql("""SELECT outcome, count(*) AS value FROM nudges WHERE answered_at > now() - interval '1 day'
                GROUP BY outcome"""),
        ("outcome",),
    ),
    Figure(
        "leadrelay_orders_last_day",
        "Orders placed in the last 24 hours that stand, by source.",
        sql("""SELECT source, count(*) AS value FROM orders WHERE state = 'placed'
                  AND placed_at > now() - interval '1 day' GROUP BY source"""),
        ("source",),
    ),
)

MONEY = (
    Figure(
        "leadrelay_invoices_open",
        "Invoices that wait for money, by currency and whether they are overdue.",
        sql("""SELECT currency, (due_at < now()) AS overdue, count(*) AS value FROM invoices WHERE state = 'open'
                GROUP BY 1, 2"""),
        ("currency", "overdue"),
        every=RARELY,
    ),
    Figure(
        "leadrelay_invoices_open_amount",
        "What is open on invoices, by currency and whether they are overdue.",
        sql(f"""SELECT currency, (due_at < now()) AS overdue, sum({owed()}) AS value FROM invoices i
                WHERE state = 'open' GROUP BY 1, 2"""),  # noqa: S608 - a constant
        ("currency", "overdue"),
        every=RARELY,
    ),
    Figure(
        "leadrelay_bank_transfers_unsettled",
        "Transfers of bank statements that a person has to settle, by state.",
        sql("""SELECT state, count(*) AS value FROM bank_transfers WHERE state IN ('unmatched', 'failed')
                GROUP BY state"""),
        ("state",),
    ),
    Figure(
        "leadrelay_bank_statements_unfinished",
        "Bank statements that wait or are being read.",
        sql("SELECT count(*) AS value FROM bank_statements WHERE state IN ('queued', 'running')"),
    ),
)

FIGURES = (*DURABLE, *CUSTOMERS, *MONEY)
STAGES = Stages("SELECT state AS stage, count(*) AS value FROM customers WHERE merged_into IS NULL GROUP BY state")
