"""The records behind each figure of the reports, by the conditions that the figures are counted by."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.report_records import BUCKETS, Figure, Narrowed, RecordPage, RecordRow

WORKED = "('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating')"
ANSWERED = "h.answered_at IS NOT NULL AND h.state IN ('accepted', 'declined', 'returned')"
PAGE = 50


def bucket(seconds: str) -> str:
    """The name of the bucket of so many seconds, as SQL."""
    steps = " ".join(f"WHEN {seconds} < {most} THEN '{name}'" for name, most in BUCKETS if most is not None)
    return f"CASE {steps} ELSE '{BUCKETS[-1][0]}' END"


TOOK = bucket("extract(epoch FROM h.answered_at - h.offered_at)")
# $1 and $2 are the period, $3 whose, $4 the stage, reason, bucket or role that counts.
_OFFERS = """SELECT h.item_id AS id, h.offered_at AS at, h.deal_id, h.manager AS person, h.decline_reason AS note
               FROM hand_overs h WHERE h.offered_at >= $1 AND h.offered_at < $2 AND h.manager IS NOT NULL
                AND ($3::text IS NULL OR h.manager = $3) AND ($4::text IS NULL OR true) AND {which}"""
_REASONS = """SELECT h.item_id AS id, h.offered_at AS at, h.deal_id, h.manager AS person, h.decline_reason AS note
                FROM hand_overs h WHERE h.offered_at >= $1 AND h.offered_at < $2 AND h.decline_reason = $4
                 AND ($3::text IS NULL OR h.manager = $3) AND {which}"""
_ANSWERS = f"""SELECT h.item_id AS id, h.answered_at AS at, h.deal_id, h.manager AS person, h.state AS note
                 FROM hand_overs h WHERE h.answered_at >= $1 AND h.answered_at < $2 AND {ANSWERED}
                  AND ($3::text IS NULL OR h.manager = $3) AND ($4::text IS NULL OR {TOOK} = $4)"""  # noqa: S608 - constants
_DEALS = """SELECT d.id, {at} AS at, d.id AS deal_id, d.owner AS person, {note} AS note FROM deals d
             WHERE {at} >= $1 AND {at} < $2 AND ($3::text IS NULL OR d.owner = $3) AND {which}"""
_OPEN = f"""SELECT d.id, d.stage_since AS at, d.id AS deal_id, d.owner AS person, d.stage AS note FROM deals d
             WHERE d.stage IN {WORKED} AND ($1::timestamptz IS NULL OR true) AND ($2::timestamptz IS NULL OR true)
               AND ($3::text IS NULL OR d.owner = $3) AND ($4::text IS NULL OR d.stage = $4) AND {{which}}"""  # noqa: S608 - constants
_MOVES = """SELECT ('00000000-0000-0000-0000-' || lpad(m.id::text, 12, '0'))::uuid AS id, m.at, m.deal_id,
                   m.owner AS person, m.to_stage AS note
              FROM stage_moves m WHERE m.at >= $1 AND m.at < $2 AND ($3::text IS NULL OR m.owner = $3)
               AND m.from_stage = $4 AND {which}"""
_GIVEN_UP = _DEALS.format(
    at="coalesce(d.closed_at, d.stage_since)",
    note="d.lost_reason",
    which="d.stage = '{stage}' AND coalesce(d.loss_code, '') = coalesce($4, '')",
)

_SOURCES: dict[Figure, str] = {
    "offered": _OFFERS.format(which="true"),
    "accepted": _OFFERS.format(which="h.state IN ('accepted', 'returned')"),
    "declined": _OFFERS.format(which="h.state = 'declined'"),
    "expired": _OFFERS.format(which="h.state = 'expired'"),
    "returned": _OFFERS.format(which="h.state = 'returned'"),
    "answered": _ANSWERS,
    "won": _DEALS.format(at="d.closed_at", note="d.stage", which="d.stage = 'won' AND $4::text IS NULL"),
    "lost": _DEALS.format(at="d.closed_at", note="d.lost_reason", which="d.stage = 'lost' AND $4::text IS NULL"),
    "open": _OPEN.format(which="true"),
    "overdue": _OPEN.format(which="d.next_action_at < now()"),
    "meetings": """SELECT m.id, m.starts_at AS at, m.deal_id, m.manager AS person, m.kind AS note FROM meetings m
                    WHERE m.state = 'held' AND m.starts_at >= $1 AND m.starts_at < $2
                      AND ($3::text IS NULL OR m.manager = $3) AND $4::text IS NULL""",
    "sent_offers": """SELECT o.id, o.sent_at AS at, o.deal_id, o.created_by AS person, o.number AS note FROM offers o
                       WHERE o.sent_at >= $1 AND o.sent_at < $2 AND ($3::text IS NULL OR o.created_by = $3)
                         AND $4::text IS NULL""",
    "given_up": _GIVEN_UP.format(stage="lost"),
    "slept": _GIVEN_UP.format(stage="asleep"),
    "reason_declined": _REASONS.format(which="h.state = 'declined'"),
    "reason_returned": _REASONS.format(which="h.state = 'returned'"),
    "left": _MOVES.format(which="true"),
    "lost_from": _MOVES.format(which="m.to_stage = 'lost'"),
    "slept_from": _MOVES.format(which="m.to_stage = 'asleep'"),
    "entries": """SELECT c.id, c.at, c.deal_id, c.person, c.kind || ' ' || c.amount || ' ' || c.currency AS note
                    FROM commissions c WHERE c.at >= $1 AND c.at < $2 AND ($3::text IS NULL OR c.person = $3)
                     AND ($4::text IS NULL OR c.role || ':' || c.currency = $4)""",
}


async def read_page(
    conn: Connection, figure: Figure, wanted: Narrowed, after: tuple[datetime, str] | None
) -> RecordPage:
    """The records, the latest first; `after` is the last of the page before."""
    asked = (wanted.start, wanted.end, wanted.person, wanted.value)
    total = await conn.fetchval(f"SELECT count(*) FROM ({_SOURCES[figure]}) found", *asked)  # noqa: S608 - named above
    found = await conn.fetch(
        f"""SELECT f.id, f.at, f.deal_id, f.note, d.contact->>'company' AS company,
                   coalesce(m.name, f.person) AS person
              FROM (SELECT * FROM ({_SOURCES[figure]}) found
                     WHERE $5::timestamptz IS NULL OR (at, id) < ($5, $6::uuid)
                     ORDER BY at DESC, id DESC LIMIT $7) f
              LEFT JOIN deals d ON d.id = f.deal_id LEFT JOIN managers m ON m.id = f.person
             ORDER BY f.at DESC, f.id DESC""",  # noqa: S608 - named above
        *asked,
        *(after or (None, None)),
        PAGE + 1,
    )
    rows = RecordRow.of_all(found)
    following = (rows[PAGE - 1].at, rows[PAGE - 1].id) if len(rows) > PAGE else None
    return RecordPage(total, rows[:PAGE], following)
