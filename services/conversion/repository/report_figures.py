"""Figures of the reports' pages beside those of `/v1/reports`: stages, answers, activity, commission."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.report_records import Activity, AnswerBucket, CommissionSum, StageLeft, StageNow
from services.conversion.repository.report_records import ANSWERED, TOOK, WORKED


async def stages_now(conn: Connection) -> list[StageNow]:
    """Open deals by stage."""
    rows = await conn.fetch(
        f"""SELECT stage, count(*)::int AS deals, count(*) FILTER (WHERE next_action_at < now())::int AS overdue,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY now() - stage_since) AS stood
              FROM deals WHERE stage IN {WORKED} GROUP BY stage"""  # noqa: S608 - a constant
    )
    return StageNow.of_all(rows)


async def stages_left(conn: Connection, start: datetime, end: datetime) -> list[StageLeft]:
    """Deals that left each stage in the time, and where they went."""
    rows = await conn.fetch(
        """SELECT from_stage AS stage, count(*)::int AS left, count(*) FILTER (WHERE to_stage = 'lost')::int AS lost,
                  count(*) FILTER (WHERE to_stage = 'asleep')::int AS asleep,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY at - since) AS stood
             FROM stage_moves WHERE at >= $1 AND at < $2 GROUP BY 1""",
        start,
        end,
    )
    return StageLeft.of_all(rows)


async def answers(conn: Connection, start: datetime, end: datetime) -> list[AnswerBucket]:
    """Offers that managers answered in the time, by how long they took."""
    rows = await conn.fetch(
        f"""SELECT {TOOK} AS bucket, count(*)::int AS offers,
                   count(*) FILTER (WHERE h.state <> 'declined')::int AS accepted,
                   count(*) FILTER (WHERE h.reason = 'hard_question')::int AS hard
              FROM hand_overs h WHERE h.answered_at >= $1 AND h.answered_at < $2 AND {ANSWERED} GROUP BY 1""",  # noqa: S608 - constants
        start,
        end,
    )
    return AnswerBucket.of_all(rows)


async def activity(conn: Connection, start: datetime, end: datetime) -> dict[str, Activity]:
    """Meetings held and offers sent in the time, by manager."""
    rows = await conn.fetch(
        """SELECT manager, sum(meetings)::int AS meetings, sum(offers)::int AS offers FROM (
             SELECT manager, count(*) AS meetings, 0 AS offers FROM meetings
              WHERE state = 'held' AND starts_at >= $1 AND starts_at < $2 GROUP BY 1
             UNION ALL
             SELECT created_by, 0, count(*) FROM offers WHERE sent_at >= $1 AND sent_at < $2 GROUP BY 1) done
            GROUP BY 1""",
        start,
        end,
    )
    return {one.manager: one for one in Activity.of_all(rows)}


async def commission(conn: Connection, start: datetime, end: datetime, role: str | None) -> list[CommissionSum]:
    """The ledger's entries of the time, per person, role and currency."""
    rows = await conn.fetch(
        """SELECT person, role, currency, count(*)::int AS entries,
                  coalesce(sum(amount) FILTER (WHERE kind = 'accrued'), 0) AS accrued,
                  coalesce(sum(amount) FILTER (WHERE kind = 'vested'), 0) AS vested,
                  coalesce(sum(amount) FILTER (WHERE kind = 'clawed_back'), 0) AS clawed_back,
                  coalesce(sum(amount) FILTER (WHERE kind = 'adjusted'), 0) AS adjusted
             FROM commissions WHERE at >= $1 AND at < $2 AND ($3::text IS NULL OR role = $3)
            GROUP BY 1, 2, 3 ORDER BY role, accrued DESC, person""",
        start,
        end,
        role,
    )
    return CommissionSum.of_all(rows)
