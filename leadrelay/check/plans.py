"""The safe acts that follow from findings: planned, and shown before anything is done."""

from __future__ import annotations

from collections.abc import Sequence

from leadrelay.check.findings import Act, Finding, Repair
from services.chassis.commands import check_repair

# Answers first: one that arrives may be all that was missing.
_ORDER = (
    Act.RETRY_ROW, Act.DROP_ROW, Act.REPLACE, Act.RESTART, Act.HAND_OVER, Act.ORDER_AGAIN, Act.CALL_AGAIN,
    Act.CANCEL_ITEM, Act.REPORT_MONEY, Act.CORRECT_REGISTER,
)  # fmt: skip


def plan(findings: Sequence[Finding]) -> list[Repair]:
    """Each safe act once, in the order in which they are done.

    Work of a workflow that is started again is left to it.
    """
    again = {f.repair.subject for f in findings if f.repair and f.repair.act in (Act.RESTART, Act.REPLACE)}
    wanted = {
        f.repair for f in findings if f.repair and not (f.repair.act is Act.CANCEL_ITEM and f.workflow_id in again)
    }
    return sorted(wanted, key=lambda one: (_ORDER.index(one.act), one.tier, len(one.subject), one.subject))


def plan_text(repairs: Sequence[Repair]) -> str:
    """What `--repair` shows before anything is done."""
    lines = [f"  {one.tier}: {one.act.value} {one.subject}" for one in repairs]
    return "\n".join(["", f"To be done by `{check_repair()}`:", *lines])
