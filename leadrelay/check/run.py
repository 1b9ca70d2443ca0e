"""One check: two looks a settle time apart, and a closer look at what both of them found.

A running stack moves: between the snapshots of two databases somebody answers, and visibility lags behind. So a finding
counts only if both looks have it, its workflow is as it seems at this moment, and nothing of its lead is on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from leadrelay.check import databases, executions, rules
from leadrelay.check.ahead import ahead
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
    restored = {
        "lead_gen": lead_gen.restored,
        "conversion": conversion.restored,
        "account_mgmt": account_mgmt.restored,
    }
    failed = await executions.failed(places.temporal, running)
    return Facts(
        lead_gen=lead_gen,
        conversion=conversion,
        account_mgmt=account_mgmt,
        running=running,
        failed=failed,
        over=await databases.over(places.dsns, [one.workflow_id for one in failed]),
        refused=await executions.reports(places.temporal, "Failed"),
        ahead=await ahead(places.temporal, [*running.values(), *failed], restored),
    )


def judge(facts: Facts) -> list[Checked]:
    """What every rule says of one look."""
    return [rule(facts) for rule in rules.ALL]


async def check(places: Places, settle: float) -> Report:
    """Look once, and where something is found look again `settle` seconds later.

    Suspects are looked at closely before and after the second look: what is on its way at either moment does not count.
    """
    first = Report(judge(await gather(places)))
    if not first.findings:
        return first
    await asyncio.sleep(settle)
    wanted = _workflows_of(first.findings[:_LOOKS_AT_MOST])
    before = await _closer(places, wanted)
    facts = await gather(places)
    after = await _closer(places, wanted)
    twice = [_only(one, _seen_again(one.findings, first.findings)) for one in judge(facts)]
    busy = busy_leads(facts, before.workflows) | busy_leads(facts, after.workflows) | before.reports | after.reports
    settled = [_only(one, [f for f in one.findings if counts(f, after.workflows, busy)]) for one in twice]
    moving = sum(len(one.findings) for one in twice) - sum(len(one.findings) for one in settled)
    return Report(settled, moving)


@dataclass(frozen=True)
class _Closer:
    """Workflows as the server has them, and the leads of which a report is on its way."""

    workflows: Mapping[str, Pending]
    reports: set[str]


async def _closer(places: Places, workflow_ids: Sequence[str]) -> _Closer:
    workflows = await executions.look_closely(places.temporal, workflow_ids)
    reports = await executions.reports(places.temporal, "Running")
    return _Closer(workflows, {one.lead_id for one in reports if one.lead_id})


def _seen_again(findings: Sequence[Finding], before: Sequence[Finding]) -> list[Finding]:
    """Those that were there before, and those of a lead only if they said the same."""
    said = {finding.key: finding.says for finding in before}
    return [f for f in findings if f.key in said and (f.lead_id is None or f.says == said[f.key])]


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
