"""What waits for a person: failed workflows, refused reports, answers and messages set aside, imports, retries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from leadrelay.check import executions
from leadrelay.check.executions import Pending
from leadrelay.check.facts import TIER_OF, Facts, Row
from leadrelay.check.findings import Act, Repair
from leadrelay.check.places import Places
from leadrelay.check.report import wrapped
from leadrelay.check.rules.lives import needed
from leadrelay.check.rules.outbox import hearing, nobody_hears
from leadrelay.check.run import gather
from services.chassis.commands import leadrelay
from services.chassis.stories import spoken, typed
from services.chassis.workflow_words import activity_words, message_words, workflow_words

RETRIES = 5
LOOKS_AT_MOST = 2000
REASONS_AT_MOST = 100
_ENDED = {"terminated": "was terminated", "timed out": "ran out of time"}


@dataclass(frozen=True)
class Stuck:
    """Something that will not go on by itself. `id` is what `leadrelay stuck retry` takes, if `retry` says so."""

    id: str
    says: str
    cause: str
    act: str
    retry: bool


def list_stuck(
    facts: Facts, closer: Mapping[str, Pending], retries: int = RETRIES, reasons: Mapping[str, str] | None = None
) -> list[Stuck]:
    """Everything that waits for a person, by kind; `reasons` are why workflows ended, as far as that was asked."""
    return [
        *_rows(facts),
        *_workflows(facts, reasons or {}),
        *_messages(facts),
        *(
            Stuck(
                f"report:{one.id}",
                f"{spoken(one.kind)} should have been told to another tier",
                "that tier refused it for good",
                "enter what it says in the receiving tier",
                False,
            )
            for one in facts.refused
        ),
        *(
            Stuck(
                f"import:{tier}:{one.id}",
                "a file should have been taken in",
                typed(one.error) or "no reason was kept",
                "mend the file and import it again",
                False,
            )
            for tier, held in facts.tiers.items()
            for one in held.failed_imports
        ),
        *(
            Stuck(
                f"activity:{workflow_id}",
                f"{activity_words(one.activity or '')} should have happened by now ({one.activity})",
                f"it was tried {one.attempts} times{f': {typed(one.error)}' if one.error else ''}",
                "mend what the error says (log of its tier's worker); it goes on trying",
                False,
            )
            for workflow_id, one in sorted(closer.items())
            if one.attempts > retries
        ),
    ]


def _rows(facts: Facts) -> list[Stuck]:
    alive = hearing(facts)
    return [
        _row(tier, row, heard=not nobody_hears(row, alive, restored=bool(held.restored)))
        for tier, held in facts.tiers.items()
        for row in held.outbox
        if row.state == "dead"
    ]


def _row(tier: str, row: Row, *, heard: bool) -> Stuck:
    again = "mend the cause and send it again"
    shown = leadrelay("check", "--repair")
    over = f"sent again, nobody would hear it: {shown} shows what follows from it instead"
    return Stuck(
        f"outbox:{tier}:{row.id}",
        f"{message_words(row.what, row.workflow_id)} should have been passed on ({row.what}, {row.workflow_id})",
        f"it was set aside: {typed(row.error) or 'no reason was kept'}",
        again if heard else over,
        heard,
    )


def _messages(facts: Facts) -> list[Stuck]:
    return [
        Stuck(
            f"webhook:{tier}:{one.id}",
            f"the webhook {one.webhook_id} should have been told of {one.type}",
            typed(one.error) or "no reason was kept",
            "mend the receiver and send it again",
            True,
        )
        for tier, held in facts.tiers.items()
        for one in held.dead_messages
    ]


def _workflows(facts: Facts, reasons: Mapping[str, str]) -> list[Stuck]:
    # What is over needs no workflow. To end one is a person's act: it is stuck only while its record needs it.
    open_records = {one.workflow_id for one in needed(facts)}
    return [
        Stuck(
            f"workflow:{one.workflow_id}",
            f"the {workflow_words(one.kind)} should go on",
            f"it {_ENDED.get(one.status, one.status)}: {typed(reasons.get(one.workflow_id)) or 'no reason was kept'}",
            "start it again from its record" if one.kind in TIER_OF else "start it again in the Temporal UI",
            one.kind in TIER_OF,
        )
        for one in facts.failed
        if one.workflow_id in open_records or (one.status != "terminated" and one.workflow_id not in facts.over)
    ]


async def find_stuck(places: Places, retries: int = RETRIES) -> list[Stuck]:
    """Look once. Of running workflows, the first two thousand are asked for their activities."""
    facts = await gather(places)
    closer = await executions.look_closely(places.temporal, list(facts.running)[:LOOKS_AT_MOST])
    reasons = await executions.reasons(places.temporal, [one.workflow_id for one in facts.failed[:REASONS_AT_MOST]])
    return list_stuck(facts, closer, retries, reasons)


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
        lines += [one.id, *wrapped(one.says, "  "), *wrapped(one.cause, "  "), *wrapped(f"-> {one.act}", "  ")]
        # On a line of its own, however long: people copy it.
        lines += [f"     {leadrelay('stuck', 'retry', one.id)}", ""] if one.retry else [""]
    return "\n".join([*lines, f"{len(found)} wait for a person" if found else "Nothing is stuck."])


def as_json(found: Sequence[Stuck]) -> list[dict[str, Any]]:
    """For programs."""
    return [asdict(one) for one in found]
