"""`leadrelay plan`: would three tiers sell more, and how many people does each need?"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, give_up

if TYPE_CHECKING:
    from services.ops.domain.planner.assumptions import House, People
    from services.ops.domain.planner.headcount import Headcount
    from services.ops.domain.planner.measured import Known
    from services.ops.domain.planner.summary import Run

PEOPLE = "NxHOURS[@COST]"
THEIRS = "the house's own"


def add_to(app: typer.Typer) -> None:
    """Register this module's command."""
    app.command()(plan)


def plan(
    callers: Annotated[
        str | None,
        typer.Option(metavar=PEOPLE, help="How many, hours a week, cost of an hour.", show_default=THEIRS),
    ] = None,
    managers: Annotated[str | None, typer.Option(metavar=PEOPLE, help="Of tier 2.", show_default=THEIRS)] = None,
    account_managers: Annotated[
        str | None, typer.Option(metavar=PEOPLE, help="Of tier 3.", show_default=THEIRS)
    ] = None,
    leads: Annotated[int | None, typer.Option(help="That come in these weeks.", show_default=THEIRS)] = None,
    customers: Annotated[int | None, typer.Option(help="That the house has already.", show_default=THEIRS)] = None,
    weeks: Annotated[int, typer.Option(help="To look ahead.")] = 12,
    goal: Annotated[float | None, typer.Option(help="First sales a month: also say how many people they need.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An assumption, such as answered=0.3.")
    ] = None,
    guess: Annotated[bool, typer.Option("--guess", help="Do not ask the running stack for its own rates.")] = False,
    runs: Annotated[int, typer.Option(min=2, max=2000)] = 400,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same figures.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Simulate the same people and leads in a classic department and in one of three tiers.

    What is not given is taken from the records and rules of the stack in --data where it runs.

    What nobody has measured yet is a guess, and called one.
    """
    from leadrelay import planner_report
    from services.ops.domain.planner.answer import as_dict
    from services.ops.domain.planner.assumptions import PlanError, with_values
    from services.ops.domain.planner.headcount import plan_headcount
    from services.ops.domain.planner.measured import house_of

    try:
        house = house_of(_known(data, guess), weeks)
        house = replace(
            house,
            callers=_people(callers, "--callers", house.callers),
            managers=_people(managers, "--managers", house.managers),
            account_managers=_people(account_managers, "--account-managers", house.account_managers),
            leads=house.leads if leads is None else leads,
            customers=house.customers if customers is None else customers,
            assumptions=with_values(house.assumptions, _values(changes or [])),
        )
        done = _simulate(house, runs, seed)
        heads: Headcount | None = plan_headcount(house, goal, seed) if goal is not None else None
    except PlanError as error:
        give_up(str(error), 2)
    if as_json:
        print(json.dumps(as_dict(house, done, seed, heads), indent=2))
    else:
        print(planner_report.as_text(house, done, seed, heads))


def _simulate(house: House, runs: int, seed: int) -> list[Run]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from services.ops.domain.planner.runs import simulate

    shown = TextColumn("Simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=runs)
        processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return simulate(house, runs, seed, processes, lambda done: progress.update(task, completed=done))


def _people(text: str | None, option: str, known: People) -> People:
    from services.ops.domain.planner.assumptions import People

    if text is None:
        return known
    count, _, rest = text.partition("x")
    hours, _, cost = rest.partition("@")
    try:
        return People(int(count), float(hours), float(cost or 0))
    except ValueError:
        give_up(f"{option} {text}: give people, hours a week and what an hour costs, such as 7x16@120", 2)


def _values(changes: list[str]) -> dict[str, float]:
    values = {}
    for change in changes:
        name, _, value = change.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError:
            give_up(f"--set {change}: give a name and a number, such as answered=0.3", 2)
    return values


def _known(data: Path, guess: bool) -> Known:
    """What the running stack's records say; nothing where there is none."""
    from leadrelay.planner_rates import NoRecords, from_stack
    from services.ops.domain.planner.measured import Known

    if guess:
        return Known()
    try:
        return from_stack(data)
    except NoRecords as error:
        typer.echo(f"All rates are guesses: {error}", err=True)
        return Known()
