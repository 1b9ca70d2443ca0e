"""What is done after a restore and before any worker runs: workflows that are ahead of their records are ended.

Left alone they would write into the restored records what belongs to the time that was lost.
"""

from __future__ import annotations

from leadrelay.check.places import Places
from leadrelay.check.plans import plan
from leadrelay.check.repairs import carry_out
from leadrelay.check.rules.lives import no_workflow_is_ahead_of_its_record
from leadrelay.check.run import gather


async def end_what_is_ahead(places: Places) -> int:
    """End such workflows, and let their records start them again; how many."""
    found = no_workflow_is_ahead_of_its_record(await gather(places)).findings
    return sum(outcome.done for outcome in await carry_out(places, plan(found)))
