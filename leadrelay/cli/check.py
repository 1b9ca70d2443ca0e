"""`leadrelay check` and `stuck`: what disagrees, what waits for a person, and the safe acts."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, duration, give_up

if TYPE_CHECKING:
    from leadrelay.check.findings import Repair
    from leadrelay.check.places import Places

CANNOT_LOOK = 2
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(check)
    app.command()(stuck)


def check(
    repair: Annotated[bool, typer.Option("--repair", help="Print what can be mended safely.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --repair: do it.")] = False,
    settle: Annotated[
        str, typer.Option(help="How long a disagreement must last to count: 5s, 1m.", metavar="TIME")
    ] = "5s",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Compare records, registers, work, outbox and workflows; name what disagrees and how it is mended.

    Changes nothing without --repair --yes. Exit code 0: everything agrees; 1: something does not; 2: cannot look.
    """
    from leadrelay.check import report
    from leadrelay.check.plans import plan, plan_text
    from leadrelay.check.run import check

    seconds = duration(settle, "--settle").total_seconds()
    if yes and not repair:
        give_up("--yes: goes with --repair", CANNOT_LOOK)
    found = look(data, lambda places: check(places, seconds))
    print(json.dumps(report.as_json(found), indent=2) if as_json else report.text(found))
    repairs = plan(found.findings) if repair else []
    if repairs and not yes:
        print(plan_text(repairs))
    elif repairs:
        _carry_out(data, repairs)
    end(1 if found.findings else 0)


def stuck(
    act: Annotated[str | None, typer.Argument(metavar="[retry]", help="Send or start one again.")] = None,
    stuck_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="As the list names it.")] = None,
    retries: Annotated[int, typer.Option(min=1, help="An activity tried more often than this is stuck.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """List what waits for a person: failed workflows, refused reports, answers set aside, failed imports, retries.

    `leadrelay stuck retry ID` does the safe act. Exit code 0: nothing is stuck; 1: something is; 2: cannot look.
    """
    from leadrelay.check.stuck import act_of, find_stuck, stuck_text
    from leadrelay.check.stuck import as_json as stuck_json

    if act is not None:
        repair = act_of(stuck_id or "") if act == "retry" else None
        if repair is None:
            give_up(f"{act} {stuck_id or ''}: give `retry` and an id of the list that can be retried", CANNOT_LOOK)
        end(0 if _carry_out(data, [repair]) else 1)
    found = look(data, lambda places: find_stuck(places, retries))
    print(json.dumps(stuck_json(found), indent=2) if as_json else stuck_text(found))
    end(1 if found else 0)


def _carry_out(data: Path, repairs: Sequence[Repair]) -> bool:
    """Do them and say what came of each; whether none was refused."""
    # Imported only now: the tiers' own code takes a second.
    from leadrelay.check.repairs import carry_out

    outcomes = look(data, lambda places: carry_out(places, repairs))
    for outcome in outcomes:
        print(outcome.says)
    return all(outcome.done for outcome in outcomes)


def end(code: int) -> NoReturn:
    """End with this code, at once: Python 3.11 can abort while Temporal's threads are torn down, and all is said."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def look(data: Path, work: Callable[[Places], Awaitable[Result]]) -> Result:
    """Find the stack and do the work there; exit code 2 with the reason when that fails."""
    import asyncpg
    from temporalio.service import RPCError

    from leadrelay.check.places import CannotLook, find_places
    from leadrelay.stack.data_directory import DataDirectory
    from leadrelay.stack.errors import StackError
    from services.chassis.settings import SettingsError

    async def run() -> Result:
        return await work(await find_places(DataDirectory(data)))

    try:
        return asyncio.run(run())
    except (CannotLook, StackError, SettingsError, RPCError, OSError, TimeoutError) as error:
        give_up(f"Cannot look: {error or type(error).__name__}", CANNOT_LOOK)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        give_up(f"Cannot look: PostgreSQL says {error}", CANNOT_LOOK)
