"""One check: two looks a settle time apart, and a closer look at what both of them found.

A running stack moves: between the snapshots of two databases somebody answers, and visibility lags behind. So a finding
counts only if both looks have it, its workflow is as it seems at this moment, and nothing of its lead is on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from leadrelay.check import databases, executions, rules
from leadrelay.check.executions import Pending
from leadrelay.check.facts import Facts
from leadrelay.check.findings import Checked, Finding
from leadrelay.check.places import Places
from leadrelay.check.rules.outbox import PATIENCE_SECONDS
from workflows.contracts import ids

_LOOKS_AT_MOST = 500


@dataclass(frozen=True)
class Report:
    """What was checked. `moving` are findings left out because something of their lead is on its way."""

    checks: Sequence[Checked]
    moving: int = 0

    @property
    def findings(self) -> list[Finding]:
        """Every finding, in the order of the checks."""
        return [finding for check in self.checks for finding in check.findings]


async def gather(places: Places) -> Facts:
    """One look at everything. Workflows are listed last: a record comes before its workflow. Raises what fails."""
    lead_gen, conversion, account_mgmt = await asyncio.gather(
        databases.lead_gen(places.dsns["lead_gen"]),
        databases.conversion(places.dsns["conversion"]),
        databases.account_mgmt(places.dsns["account_mgmt"]),
    )
    running = await executions.running(places.temporal)
    return Facts(
        lead_gen=lead_gen,
        conversion=conversion,
        account_mgmt=account_mgmt,
        running=running,
        failed=await executions.failed(places.temporal, running),
        refused=await executions.reports(places.temporal, "Failed"),
    )


def judge(facts: Facts) -> list[Checked]:
    """What every rule says of one look."""
    return [rule(facts) for rule in rules.ALL]


async def check(places: Places, settle: float) -> Report:
    """Look once, and where something is found look again `settle` seconds later."""
    first = Report(judge(await gather(places)))
    if not first.findings:
        return first
    await asyncio.sleep(settle)
    facts = await gather(places)
    seen = {finding.key for finding in first.findings}
    twice = [_only(one, [f for f in one.findings if f.key in seen]) for one in judge(facts)]
    suspects = [finding for one in twice for finding in one.findings if finding.workflow_id or finding.lead_id]
    closer = await executions.look_closely(places.temporal, _workflows_of(suspects[:_LOOKS_AT_MOST]))
    reports = await executions.reports(places.temporal, "Running")
    busy = busy_leads(facts, closer) | {one.lead_id for one in reports if one.lead_id}
    settled = [_only(one, [f for f in one.findings if counts(f, closer, busy)]) for one in twice]
    moving = sum(len(one.findings) for one in twice) - sum(len(one.findings) for one in settled)
    return Report(settled, moving)


def _only(one: Checked, findings: Sequence[Finding]) -> Checked:
    return replace(one, findings=findings)


def _workflows_of(suspects: Sequence[Finding]) -> list[str]:
    """The suspects' workflows, and those that may be about to hand their lead over."""
    wanted = [finding.workflow_id for finding in suspects if finding.workflow_id]
    for lead_id in dict.fromkeys(finding.lead_id for finding in suspects if finding.lead_id):
        wanted += [ids.cold_call(lead_id), ids.conversion(lead_id), ids.customer(lead_id)]
    return wanted


def busy_leads(facts: Facts, closer: Mapping[str, Pending]) -> set[str]:
    """Leads of which something is on its way, and not for too long: an answer, a workflow's task, a report."""
    busy = {
        lead
        for held in facts.tiers.values()
        for row in held.outbox
        if row.state == "pending" and row.age < PATIENCE_SECONDS
        for lead in row.leads
    }
    for workflow_id, pending in closer.items():
        ages = [age for age in (pending.task_age, pending.activity_age) if age is not None]
        if ages and max(ages) < PATIENCE_SECONDS:
            busy.add(workflow_id.partition(":")[2])
    return busy


def counts(finding: Finding, closer: Mapping[str, Pending], busy: Collection[str]) -> bool:
    """Whether a finding that was seen twice stands."""
    seen = closer.get(finding.workflow_id or "")
    if finding.missing and seen is not None and seen.running:
        return False
    return finding.lead_id is None or finding.lead_id not in busy
