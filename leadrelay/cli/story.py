"""`leadrelay story` and `late`: a lead's life through all tiers, and what should have happened and has not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from leadrelay.cli.check import CANNOT_LOOK, end, look
from leadrelay.cli.common import DEFAULT_DATA, Data, give_up

if TYPE_CHECKING:
    from leadrelay.check.places import Places
    from services.ops.domain.story import Story
    from services.ops.tiers import Found

_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(story)
    app.command()(late)


def story(
    who: Annotated[str, typer.Argument(metavar="LEAD|PHONE|COMPANY", help="An id, a number, or part of a name.")],
    region: Annotated[str, typer.Option(help="Of numbers without a country.", metavar="CC")] = "UA",
    last: Annotated[int, typer.Option(min=1, max=5000, help="How many events, the latest.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Tell a lead's life through all tiers: what happened, where it is now, what it waits for, what is to come.

    Looking up a number is in the audit. Exit code 0: told; 1: nobody or several may be meant; 2: cannot look.
    """
    from leadrelay.story.text import choice_text, story_text

    told, found = look(data, lambda places: _tell(places, who.strip(), region, last))
    if told is not None:
        print(told.model_dump_json(indent=2) if as_json else story_text(told))
        end(0)
    if not found:
        give_up(f"Nobody is known by {who!r}", 1)
    shown = found[:_SHOWN]
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in shown], indent=2))
    else:
        print(choice_text(shown, more=len(found) > _SHOWN))
    end(1)


def late(
    last: Annotated[int, typer.Option(min=1, max=200, help="How many, the longest late.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """List what should have happened and has not, in all tiers: since when, why, and the one safe act.

    Exit code 0: nothing is late; 1: something is; 2: cannot look.
    """
    from leadrelay.story.databases import TierDatabases
    from leadrelay.story.text import late_text
    from services.ops.actions.late import read_late
    from services.ops.actions.stories import Sources

    def sources(places: Places) -> Sources:
        return Sources(TierDatabases(places.dsns), places.temporal, places.temporal_pages)

    found = look(data, lambda places: read_late(sources(places), limit=last))
    print(found.model_dump_json(indent=2) if as_json else late_text(found, more=found.older is not None))
    end(1 if found.items or found.held_up else 0)


async def _tell(places: Places, who: str, region: str, last: int) -> tuple[Story | None, list[Found]]:
    """The story of the only one who may be meant, else all of them."""
    from leadrelay.story.databases import TierDatabases
    from services.chassis.errors import DomainError
    from services.ops.actions.stories import Sources, read_story
    from services.ops.tiers import TierAway

    sources = Sources(TierDatabases(places.dsns), places.temporal, places.temporal_pages)
    try:
        found = await sources.tiers.find(who, region, _SHOWN + 1)
        named = [one for one in found if one.company.casefold() == who.casefold()]
        chosen = named if len(named) == 1 else found
        if len(chosen) == 1:
            return await read_story(sources, chosen[0].lead_id, limit=last), []
        return None, found
    except (DomainError, TierAway) as error:
        give_up(f"Cannot look: {error}", CANNOT_LOOK)
