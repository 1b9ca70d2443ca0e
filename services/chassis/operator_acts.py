"""What operators may do with a lead in a tier: each act with a preview, which is the act itself rolled back (ADR 10).

A tier says what an act means to it; here is what all of them share: who may, the preview, the audit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, LiteralString

from fastapi import APIRouter
from pydantic import AfterValidator, ConfigDict, Field

from services.chassis.auth import OPS
from services.chassis.db import Connection, new_id
from services.chassis.ended import is_closed
from services.chassis.errors import Conflict
from services.chassis.http import Body, Conn, Id, Model, Moment, Who, allow, new_router
from services.chassis.lateness import ActName
from services.chassis.meanings import storable
from services.chassis.outbox import rows
from services.chassis.records import Record
from services.chassis.sentences import later as _
from services.chassis.sentences import said
from services.chassis.stories import Speech, typed
from services.chassis.workflow_words import OVER, message_words

Storable = Annotated[str, AfterValidator(storable)]
STORY = """SELECT at, 'act:' || id, 'act', by, jsonb_build_object('act', act, 'reason', reason, 'changes', changes)
      FROM operator_acts WHERE lead_id = $1"""
"""The acts of a lead, as parts of its story are read."""
_DONE = {
    "retry": _("what failed is sent again"),
    "skip": _("the step that waited is passed over"),
    "cancel": _("given up"),
    "reassign": _("given to somebody else"),
}


class Act(Body):
    """An act of an operator. With `dry_run` (the default) it only says what would change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the manager is ill", "to": "oksana"}]})

    reason: Storable = Field(min_length=3, max_length=300, description="Why; the audit keeps it, and people read it.")
    to: Storable | None = Field(
        default=None, min_length=1, max_length=100, description="For reassign: who gets it; left out, the queue."
    )
    restart: bool = Field(default=False, description="For retry: its workflow failed and is started again.")
    ended_at: Moment | None = Field(
        default=None, description="For retry: when that workflow ended; it is started once for each end."
    )
    running: list[Annotated[str, Field(max_length=100)]] | None = Field(
        default=None, max_length=20, description="For retry: the workflows of the lead that run, as far as it is known."
    )
    dry_run: bool = True


class Acted(Model):
    """What an act changes in this tier, in words. `done` unless it was a dry run."""

    changes: list[str]
    done: bool


class Order(Record):
    """An act, as a tier carries it out: on which lead, by whom, and why."""

    lead_id: str
    by: str
    reason: str
    to: str | None
    restart: bool
    ended_at: datetime | None = None
    running: list[str] | None = None

    def hears(self, workflow_id: str) -> bool:
        """Whether an answer may still reach this workflow: it runs, or nobody has said that it does not."""
        return self.running is None or workflow_id in self.running


Restart = Callable[[Connection, str], Awaitable[str | None]]
"""Starts a lead's workflow again from its record, and says what it did; none if the record is not open any more."""
Doer = Callable[[Connection, Order], Awaitable[list[str]]]
"""Carries an act out in the caller's transaction, and says what changed. Raises Conflict where it is not safe."""


class _Shown(Exception):
    """Ends a dry run, so that it is rolled back."""


async def carry_out(conn: Connection, act: ActName, do: Doer, order: Order, *, dry_run: bool) -> list[str]:
    """Do it, with a line in the audit; a dry run does the same and takes all of it back.

    Raises what the act raises, and Conflict `nothing_to_do` if it changes nothing.
    """
    changes: list[str] = []
    try:
        async with conn.transaction():
            changes = await do(conn, order)
            if not changes:
                raise Conflict("there is nothing to do for this lead", code="nothing_to_do")
            await conn.execute(
                "INSERT INTO operator_acts (id, lead_id, act, by, reason, changes) VALUES ($1, $2, $3, $4, $5, $6)",
                new_id(), order.lead_id, act, order.by, order.reason, changes,
            )  # fmt: skip
            if dry_run:
                raise _Shown
    except _Shown:
        pass
    return changes


async def start_again(conn: Connection, order: Order, workflow_id: str, restart: Restart) -> list[str]:
    """Start the workflow that ended, if the order says so and its record is open: once, whoever else wants it too.

    Before anything is sent again: sent to a workflow that has ended, answers would be refused again.
    Raises Conflict `started_again` if it was started since.
    """
    if not order.restart:
        return []
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", workflow_id)
    if await rows.begun_since(conn, workflow_id, order.ended_at):
        raise Conflict("nothing to do: it was started again, and runs", code="started_again")
    started = await restart(conn, order.lead_id)
    return [started] if started else []


async def send_again(conn: Connection, order: Order, over: LiteralString) -> list[str]:
    """Answers of a lead that were set aside go into their line again, but for those that nobody would hear.

    `over` is the tier's condition for a record that is over, as in `services.chassis.ended`.
    """
    found = await conn.fetch(
        """SELECT id, workflow_id, coalesce(signal, workflow, activity) AS what, last_error FROM outbox
            WHERE state = 'dead' AND (split_part(workflow_id, ':', 2) = $1 OR search_attributes->>'Lead' = $1)
            ORDER BY id LIMIT 200""",
        order.lead_id,
    )
    changes = []
    for row in found:
        workflow_id, what = row["workflow_id"], message_words(row["what"], row["workflow_id"])
        refused = OVER in (row["last_error"] or "") and not order.hears(workflow_id)
        if refused and await is_closed(conn, over, workflow_id):
            await rows.drop_dead(conn, row["id"], "its workflow is over, and the record has what it says")
            changes.append(said(f"{what} is not needed any more: the record has it, and is closed"))
        else:
            await rows.retry_dead(conn, row["id"])
            changes.append(said(f"{what} is passed on again"))
    return changes


def act_told(facts: Mapping[str, Any], by: str | None, speech: Speech) -> tuple[str, str]:
    """An act in a story with who did it, and the reason they gave."""
    act = speech.words("Ops: %(what)s", what=speech.one_of(_DONE, facts["act"]))
    return speech.by(act, by), typed(facts["reason"])


def acts_router(doers: Mapping[ActName, Doer]) -> APIRouter:
    """`POST /v1/leads/{lead_id}/acts/{act}` of a tier, for each act that it knows."""
    router = new_router(tags=["acts"], guests={OPS: [OPS]})
    for act, do in doers.items():
        _add(router, act, do)
    return router


def _add(router: APIRouter, act: ActName, do: Doer) -> None:
    async def endpoint(conn: Conn, who: Who, lead_id: Id, body: Act) -> Acted:
        order = Order(lead_id=lead_id, by=who.person, **body.model_dump(exclude={"dry_run"}))
        changes = await carry_out(conn, act, do, order, dry_run=body.dry_run)
        return Acted(changes=changes, done=not body.dry_run)

    endpoint.__doc__ = "With `dry_run` (the default) it only says what would change. 409 where it is not safe, and why."
    router.add_api_route(
        f"/leads/{{lead_id}}/acts/{act}",
        endpoint,
        methods=["POST"],
        dependencies=[allow("supervisor", "ops")],
        summary=f"Ops: {_DONE[act]}",
    )
