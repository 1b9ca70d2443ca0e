"""How a playbook on a deal ends, whatever the cause, and what the workflow is told of it."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail import withdraw_mails
from services.chassis.sentences import said
from services.conversion.domain.deals import Deal
from services.conversion.domain.playbook_runs import LONGEST_ACTION, Run, RunStep, is_next_action
from services.conversion.domain.playbooks import Kind
from services.conversion.domain.policy import Policy, StepKind
from services.conversion.domain.stages import WORKED
from services.conversion.repository import deals, playbook_runs, timeline
from services.conversion.repository.policies import policies
from workflows.contracts.conversion import PlaybookPlanned

PURPOSE = "playbook"
"""What mails of playbooks are for."""


async def stop_playbook(conn: Connection, deal: Deal, reason: str, *, met: Kind | None = None) -> bool:
    """End the run at work on a deal, with its open work; False if there was none.

    What has happened may be what the open step asked for (`met` is its kind): then that step is done.
    Mails that have not gone are taken back even if their playbook is over: they too are for a lead that
    needs no more warming up.
    """
    await withdraw_mails(conn, deal.lead_id, purpose=PURPOSE, why=f"playbook stopped: {reason}")
    run = await playbook_runs.running(conn, deal.id)
    if run is None:
        return False
    ahead = await playbook_runs.ahead(conn, run.id)
    if ahead is not None and ahead.state == "open" and ahead.kind == met:
        await playbook_runs.set_step(conn, ahead, state="done", result=reason)
    await playbook_runs.end(conn, run.id, "stopped", reason)
    await work_items.cancel_for_lead(conn, deal.lead_id, kinds=["playbook"], result=reason)
    event = await timeline.add(
        conn, deal.id, at=datetime.now(UTC), by="playbook", kind="playbook", text=said(f"playbook stopped: {reason}")
    )
    next_action_at = None
    if deal.stage in WORKED and is_next_action(deal, ahead):
        what = said(f"decide what comes next: {reason}")[:LONGEST_ACTION]
        next_action_at = await decide_next(conn, deal, await policies.rules(conn, deal.policy_version), what)
    await tell_workflow(conn, deal, run, None, event, next_action_at=next_action_at)
    return True


async def decide_next(conn: Connection, deal: Deal, policy: Policy, what: str) -> datetime:
    """The playbook's step is no longer the deal's next one: its owner decides, within the policy's time."""
    next_action_at = policy.next_step(StepKind.STAGE_SET, datetime.now(UTC))
    await deals.update(conn, deal.id, next_action=what, next_action_at=next_action_at)
    return next_action_at


async def tell_workflow(
    conn: Connection,
    deal: Deal,
    run: Run,
    step: RunStep | None,
    event: str,
    *,
    next_action_at: datetime | None = None,
) -> None:
    """Tell the workflow, which holds the timers of the step ahead and of the deal's next one.

    `event` is the timeline's entry: a step that is moved there and back again has one, and is told, for each time.
    """
    due_at = step.due_at if step and step.state == "planned" else None
    answer = PlaybookPlanned(
        event_id=f"playbook:{event}", at=datetime.now(UTC), by=run.started_by, due_at=due_at,
        next_action_at=next_action_at,
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "playbook_planned", answer, when_missing="drop")
    await publish(conn, "playbook.changed", deal_id=deal.id, run_id=run.id)
