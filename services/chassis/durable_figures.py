"""The figures that every tier has: its outbox, its work for people, its mail, and its webhooks."""

from __future__ import annotations

from services.chassis.figures import RARELY, Figure, sql

OUTBOX = (
    Figure(
        "leadrelay_outbox_pending",
        "Answers waiting for delivery to their workflow.",
        sql("SELECT count(*) AS value FROM outbox WHERE state = 'pending'"),
    ),
    Figure(
        "leadrelay_outbox_dead",
        "Answers set aside for a person.",
        sql("SELECT count(*) AS value FROM outbox WHERE state = 'dead'"),
    ),
    Figure(
        "leadrelay_outbox_oldest_seconds",
        "Age of the oldest answer waiting for delivery.",
        sql("""SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) AS value FROM outbox
            WHERE state = 'pending'"""),
    ),
)

# A call that nobody may make yet waits for its time, not for a person.
WORK = (
    Figure(
        "leadrelay_work_items",
        "Work items of people, by kind; `state` is `waiting` (not due yet), `due` or `leased`.",
        sql("""SELECT kind, CASE WHEN state = 'leased' THEN 'leased' WHEN not_before > now() THEN 'waiting'
                                 ELSE 'due' END AS state, count(*) AS value
             FROM work_items WHERE state IN ('open', 'leased') GROUP BY 1, 2"""),
        ("kind", "state"),
    ),
    Figure(
        "leadrelay_work_items_oldest_seconds",
        "For how long the oldest work item that is due has waited for a person, by kind.",
        sql("""SELECT kind, extract(epoch FROM now() - min(greatest(not_before, opened_at))) AS value
             FROM work_items WHERE state = 'open' AND not_before <= now() GROUP BY kind"""),
        ("kind",),
    ),
)

MAIL = (
    Figure(
        "leadrelay_mails_queued",
        "Mails that wait to be handed to the mail server, by purpose.",
        sql("SELECT purpose, count(*) AS value FROM mails WHERE state = 'queued' GROUP BY purpose"),
        ("purpose",),
    ),
    Figure(
        "leadrelay_mails_oldest_due_seconds",
        "For how long the oldest queued mail has been due.",
        sql("""SELECT greatest(coalesce(extract(epoch FROM now() - min(next_at)), 0), 0) AS value FROM mails
            WHERE state = 'queued'"""),
    ),
    Figure(
        "leadrelay_mails_troubled",
        "Mails that failed or came back, all of those still kept, by state.",
        sql("SELECT state, count(*) AS value FROM mails WHERE state IN ('failed', 'bounced') GROUP BY state"),
        ("state",),
    ),
    Figure(
        "leadrelay_inbound_mails",
        "Mails that came in and are not read yet (`new`), or that nobody could place (`set_aside`).",
        sql(
            """SELECT state, count(*) AS value FROM inbound_mails WHERE state IN ('new', 'set_aside') GROUP BY state"""
        ),
        ("state",),
    ),
)

WEBHOOKS = (
    Figure(
        "leadrelay_webhooks",
        "Webhooks; `state` is `active`, `failing` (it has taken nothing for an hour), `paused` or `disabled`.",
        sql("""SELECT CASE WHEN state = 'active' AND failing_since < now() - interval '1 hour' THEN 'failing' ELSE state
                       END AS state, count(*) AS value FROM webhooks GROUP BY 1"""),
        ("state",),
    ),
    Figure(
        "leadrelay_webhook_deliveries",
        "Messages to webhooks that are still kept: `pending`, `delivered`, `dead` (given up) or `skipped` (disabled).",
        sql("SELECT state, count(*) AS value FROM webhook_deliveries GROUP BY state"),
        ("state",),
        every=RARELY,
    ),
    Figure(
        "leadrelay_webhooks_oldest_due_seconds",
        "For how long the oldest message to an active webhook has been due and was not sent.",
        sql("""SELECT coalesce(max(extract(epoch FROM now() - oldest.next_at)), 0) AS value FROM webhooks w
                CROSS JOIN LATERAL (SELECT d.next_at FROM webhook_deliveries d
                                     WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.next_at <= now()
                                     ORDER BY d.next_at, d.id LIMIT 1) oldest
                WHERE w.state = 'active'"""),
    ),
)

DURABLE = (*OUTBOX, *WORK, *MAIL, *WEBHOOKS)
