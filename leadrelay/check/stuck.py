"""What waits for a person: failed workflows, refused reports, answers and messages set aside, imports, retries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from leadrelay.check import executions
from leadrelay.check.executions import Pending
from leadrelay.check.facts import Facts
from leadrelay.check.findings import Act, Repair
from leadrelay.check.places import Places
from leadrelay.check.report import wrapped
from leadrelay.check.rules.failures import TIER_OF
from leadrelay.check.run import gather

RETRIES = 5
LOOKS_AT_MOST = 2000


@dataclass(frozen=True)
class Stuck:
    """Something that will not go on by itself. `id` is what `leadrelay stuck retry` takes, if `retry` says so."""

    id: str
    says: str
    act: str
    retry: bool


def list_stuck(facts: Facts, closer: dict[str, Pending], retries: int = RETRIES) -> list[Stuck]:
    """Everything that waits for a person, by kind."""
    return [
        *_rows(facts),
        *_workflows(facts),
        *_messages(facts),
        *(
            Stuck(f"report:{one.id}", f"{one.kind} was refused", "enter what it says in the receiving tier", False)
            for one in facts.refused
        ),
        *(
            Stuck(f"import:{tier}:{one.id}", one.error or "no reason kept", "mend the file and import it again", False)
            for tier, held in facts.tiers.items()
            for one in held.failed_imports
        ),
        *(
            Stuck(
                f"activity:{workflow_id}",
                f"{one.activity} was tried {one.attempts} times",
                "it goes on trying: see its tier's worker and log",
                False,
            )
            for workflow_id, one in sorted(closer.items())
            if one.attempts > retries
        ),
    ]


def _rows(facts: Facts) -> list[Stuck]:
    return [
        Stuck(
            f"outbox:{tier}:{row.id}",
            f"{row.what} for {row.workflow_id} was set aside: {row.error or 'no reason kept'}",
            "mend the cause and send it again",
            True,
        )
        for tier, held in facts.tiers.items()
        for row in held.outbox
        if row.state == "dead"
    ]


def _messages(facts: Facts) -> list[Stuck]:
    return [
        Stuck(
            f"webhook:{tier}:{one.id}",
            f"{one.type} for webhook {one.webhook_id} was given up: {one.error or 'no reason kept'}",
            "mend the receiver and send it again",
            True,
        )
        for tier, held in facts.tiers.items()
        for one in held.dead_messages
    ]


def _workflows(facts: Facts) -> list[Stuck]:
    return [
        Stuck(
            f"workflow:{one.workflow_id}",
            f"{one.kind} {one.status}",
            "start it again from its record" if one.kind in TIER_OF else "start it again in the Temporal UI",
            one.kind in TIER_OF,
        )
        for one in facts.failed
    ]


async def find_stuck(places: Places, retries: int = RETRIES) -> list[Stuck]:
    """Look once. Of running workflows, the first two thousand are asked for their activities."""
    facts = await gather(places)
    return list_stuck(
        facts, await executions.look_closely(places.temporal, list(facts.running)[:LOOKS_AT_MOST]), retries
    )


def act_of(stuck_id: str) -> Repair | None:
    """The safe act behind an id, none if a person must act."""
    kind, _, rest = stuck_id.partition(":")
    rows = {"outbox": Act.RETRY_ROW, "webhook": Act.RETRY_MESSAGE}
    if kind in rows:
        tier, _, row = rest.partition(":")
        return Repair(rows[kind], tier, row) if row.isdecimal() and tier in TIER_OF.values() else None
    tiers = {"cold-call": "lead_gen", "campaign": "lead_gen", "conversion": "conversion", "customer": "account_mgmt"}
    if kind == "workflow" and (owner := tiers.get(rest.partition(":")[0])):
        return Repair(Act.RESTART, owner, rest)
    return None


def stuck_text(found: Sequence[Stuck]) -> str:
    """For people."""
    lines: list[str] = []
    for one in found:
        act = f"leadrelay stuck retry {one.id}   ({one.act})" if one.retry else one.act
        lines += [one.id, *wrapped(one.says, "  "), *wrapped(f"-> {act}", "  "), ""]
    return "\n".join([*lines, f"{len(found)} wait for a person" if found else "Nothing is stuck."])


def as_json(found: Sequence[Stuck]) -> list[dict[str, Any]]:
    """For programs."""
    return [asdict(one) for one in found]
