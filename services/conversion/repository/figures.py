"""Tier 2's figures for Prometheus."""

from __future__ import annotations

from services.chassis.durable_figures import DURABLE
from services.chassis.figures import RARELY, Figure, sql
from services.chassis.standing import Stages

HAND_OVERS = (
    Figure(
        "leadrelay_hand_overs_open",
        "Hand-overs that nobody has accepted: `offered` to a manager, or `waiting` for one.",
        sql("""SELECT CASE WHEN waiting THEN 'waiting' ELSE 'offered' END AS state, count(*) AS value
                 FROM hand_overs WHERE state = 'open' GROUP BY 1"""),
        ("state",),
    ),
    Figure(
        "leadrelay_hand_overs_oldest_seconds",
        "For how long the oldest open hand-over has waited.",
        sql("""SELECT coalesce(extract(epoch FROM now() - min(offered_at)), 0) AS value FROM hand_overs
                WHERE state = 'open'"""),
    ),
    Figure(
        "leadrelay_hand_overs_past_deadline",
        "Hand-overs whose manager should have answered by now.",
        sql("SELECT count(*) AS value FROM hand_overs WHERE state = 'open' AND accept_by < now()"),
    ),
    Figure(
        "leadrelay_hand_overs_last_day",
        "Hand-overs that were answered in the last 24 hours, by how.",
        sql("""SELECT state, count(*) AS value FROM hand_overs WHERE answered_at > now() - interval '1 day'
                GROUP BY state"""),
        ("state",),
    ),
    Figure(
        "leadrelay_hand_over_accept_seconds",
        "Time from offer to acceptance in the last 24 hours, by percentile.",
        sql("""SELECT (q * 100)::int AS percentile, percentile_cont(q) WITHIN GROUP (
                          ORDER BY extract(epoch FROM answered_at - offered_at)::float8) AS value
                 FROM hand_overs CROSS JOIN unnest(ARRAY[0.5, 0.9, 0.99]) AS q
                WHERE state = 'accepted' AND answered_at > now() - interval '1 day' GROUP BY q"""),
        ("percentile",),
    ),
)

DEALS = (
    Figure(
        "leadrelay_deals_open",
        "Deals that are neither won nor lost, by stage.",
        sql("SELECT stage, count(*) AS value FROM deals WHERE stage NOT IN ('won', 'lost') GROUP BY stage"),
        ("stage",),
    ),
    Figure(
        "leadrelay_deals_begun_last_day",
        "Deals that began in the last 24 hours, by what they began with.",
        sql("""SELECT reason, count(*) AS value FROM deals WHERE created_at > now() - interval '1 day'
                GROUP BY reason"""),
        ("reason",),
    ),
    Figure(
        "leadrelay_deals_accepted_last_day",
        "Deals that a manager accepted in the last 24 hours, each once, by what they began with.",
        sql("""SELECT d.reason, count(DISTINCT d.id) AS value FROM hand_overs h JOIN deals d ON d.id = h.deal_id
                WHERE h.state = 'accepted' AND h.answered_at > now() - interval '1 day' GROUP BY d.reason"""),
        ("reason",),
    ),
    Figure(
        "leadrelay_deals_closed_last_day",
        "Deals that were won or lost in the last 24 hours.",
        sql("""SELECT stage, count(*) AS value FROM deals WHERE closed_at > now() - interval '1 day'
                  AND stage IN ('won', 'lost') GROUP BY stage"""),
        ("stage",),
    ),
    Figure(
        "leadrelay_next_steps_late",
        "Open deals whose next step is overdue.",
        sql("""SELECT count(*) AS value FROM deals WHERE next_action_at < now()
                  AND stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating')"""),
    ),
    Figure(
        "leadrelay_promises_late",
        "Answers that were promised to leads for a time that is over.",
        sql("SELECT count(*) AS value FROM deals WHERE promise = 'open' AND promised_by < now()"),
    ),
    Figure(
        "leadrelay_offers_awaiting_approval",
        "Offers beyond their manager's authority that wait for a supervisor.",
        sql("SELECT count(*) AS value FROM offers WHERE state = 'awaiting_approval'"),
    ),
    Figure(
        "leadrelay_meetings_without_manager",
        "Booked meetings ahead whose manager has gone, and that need a person.",
        sql("""SELECT count(*) AS value FROM meetings
                WHERE state = 'booked' AND needs_person IS NOT NULL AND starts_at > now()"""),
    ),
)

COMMISSION = (
    Figure(
        "leadrelay_commission_amount",
        "Commission booked in the month of today (UTC), by kind of entry and currency.",
        sql("""SELECT kind, currency, sum(amount) AS value FROM commissions
                WHERE month = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') GROUP BY kind, currency"""),
        ("kind", "currency"),
        every=RARELY,
    ),
)

FIGURES = (*DURABLE, *HAND_OVERS, *DEALS, *COMMISSION)
STAGES = Stages("SELECT stage, count(*) AS value FROM deals WHERE stage NOT IN ('won', 'lost') GROUP BY stage")
