"""What should have happened and has not: since when, why, and the one safe act; said by a tier of its own records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from services.chassis.commands import check_repair, retry
from services.chassis.db import Connection
from services.chassis.records import Record
from services.chassis.sentences import said
from services.chassis.stories import Place, typed
from services.chassis.workflow_words import OVER, TIERS, message_words

OUTBOX_PATIENCE_SECONDS = 300
ActName = Literal["retry", "skip", "cancel", "reassign"]
"""What operators may do with a lead."""
_PART = """(SELECT * FROM ({}) part (since, ref, kind, lead_id, company, who, facts)
    WHERE ($1::timestamptz IS NULL OR (since, ref COLLATE "C") > ($1, $2 COLLATE "C"))
      AND ($4::uuid IS NULL OR lead_id = $4)
    ORDER BY since, ref COLLATE "C" LIMIT $3)"""
# An answer that waits for longer than a restart takes, or that was set aside.
_OUTBOX = f"""SELECT created_at, 'outbox:' || id, CASE state WHEN 'dead' THEN 'set_aside' ELSE 'outbox' END,
       CASE WHEN workflow_id ~ '^(cold-call|conversion|customer):[0-9a-f-]{{36}}$'
            THEN split_part(workflow_id, ':', 2)::uuid END, NULL, NULL,
       jsonb_build_object('workflow_id', workflow_id, 'what', coalesce(signal, workflow, activity),
                          'error', last_error, 'id', id)
  FROM outbox WHERE state = 'dead'
     OR (state = 'pending' AND created_at < now() - interval '{OUTBOX_PATIENCE_SECONDS} seconds')"""  # noqa: S608 - a constant

# A mail that is refused while others go out is a matter of its recipient, and a person's task once it is given up.
# Ids follow time, and only the last few mails are looked at for one that went out.
MAILS = """SELECT min(created_at), 'mails', 'mails', NULL::uuid, NULL, NULL,
       jsonb_build_object('waiting', count(*), 'error', (array_agg(last_error ORDER BY created_at DESC))[1])
  FROM mails WHERE state = 'queued' AND last_error IS NOT NULL AND created_at < now() - interval '15 minutes'
   AND NOT EXISTS (SELECT FROM (SELECT sent_at FROM mails ORDER BY id DESC LIMIT 200) AS last_ones
                    WHERE last_ones.sent_at > now() - interval '15 minutes')
HAVING count(*) > 0"""
"""The mails of a tier from which none goes out, as one row."""
IMPORTS = """SELECT created_at, 'import:' || id, 'import', NULL::uuid, NULL, created_by,
       jsonb_build_object('state', state)
  FROM imports WHERE state IN ('queued', 'running') AND created_at < now() - interval '15 minutes'"""
"""Files that are not taken in yet."""


class LateRow(Record):
    """A row of something late, before it is explained. `who` is an id or a name."""

    since: datetime
    ref: str
    kind: str
    lead_id: str | None
    company: str | None
    who: str | None
    facts: dict[str, Any]


class Late(Record):
    """Something late. `by_workflow`: a workflow was to do it, so that it waits for a worker and not for people."""

    ref: str
    kind: str
    tier: str
    lead_id: str | None = None
    company: str | None = None
    words: str
    since: datetime = Field(description="When it should have happened.")
    who: str | None = None
    cause: str
    act: str = Field(description="The one safe act, in words.")
    does: ActName | None = Field(default=None, description="The act of operators that it is, if it is one.")
    by_workflow: bool = False
    command: str | None = Field(default=None, description="What does the act in a terminal, where that can be said.")
    code: str | None = Field(default=None, description="What it is called in Temporal.")


async def late_rows(
    conn: Connection, parts: Sequence[str], limit: int, after: Place | None, lead_id: str | None = None
) -> list[LateRow]:
    """Rows of these statements and of the outbox after a place, what is late longest first; or those of one lead.

    Each gives (since, ref, kind, lead_id, company, who, facts).
    """
    union = " UNION ALL ".join(_PART.format(part) for part in (*parts, _OUTBOX))
    statement = f'SELECT * FROM ({union}) late ORDER BY since, ref COLLATE "C" LIMIT $3'  # noqa: S608 - statements of the code
    return LateRow.of_all(await conn.fetch(statement, *(after or (None, None)), limit, lead_id))


def late_file(row: LateRow, tier: str, words: str) -> Late:
    """A file that a worker is to take in; `words` say what should have been done."""
    return Late(
        tier=tier, words=words, cause=said(f"it is still {row.facts['state']}"),
        act=said(f"look at the log of {TIERS[tier]}'s worker; cancel the import if its file is broken"),
        **row.model_dump(exclude={"facts"}),
    )  # fmt: skip


def late_mails(row: LateRow, tier: str) -> Late:
    """Mails that no mail server takes."""
    waiting, error = row.facts["waiting"], typed(row.facts["error"])
    return Late(
        tier=tier, words=said(f"mails should have gone out ({waiting} wait)"),
        cause=said(f"the mail server takes none: {error}"),
        act=said("mend what the error says; they go out by themselves"),
        **row.model_dump(exclude={"facts"}),
    )  # fmt: skip


def late_answer(row: LateRow, tier: str) -> Late:
    """An answer of the outbox that has not arrived."""
    name, workflow_id = str(row.facts["what"]), str(row.facts["workflow_id"])
    what, code = message_words(name, workflow_id), f"{name}, {workflow_id}"
    error = typed(row.facts["error"])
    if row.kind == "set_aside":
        act, command = said("mend the cause, then send it again"), retry(f"outbox:{tier}:{row.facts['id']}")
        if OVER in error:
            act, command = said("its workflow has ended: what should follow goes on from the record"), check_repair()
        return Late(
            ref=row.ref, kind=row.kind, tier=tier, words=said(f"{what} should have been passed on"),
            since=row.since, cause=_refused(error), code=code, lead_id=row.lead_id, act=act, command=command,
            does="retry" if row.lead_id is not None else None,
        )  # fmt: skip
    return Late(
        ref=row.ref, kind=row.kind, tier=tier, words=said(f"{what} should have been passed on"),
        since=row.since, lead_id=row.lead_id, code=code,
        cause=said(f"it is tried again: {error}") if error else said("it has not been passed on yet"),
        act=said(f"start the worker of {TIERS[tier]}, which passes it on"), by_workflow=True,
    )  # fmt: skip


def _refused(error: str) -> str:
    """Why an answer was set aside."""
    return said(f"it was set aside: {error}") if error else said("it was set aside, and no reason was kept")
