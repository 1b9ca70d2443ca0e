"""Reading the list of deals, and finding a deal by what somebody remembers of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.conversion.actions.deals import now
from services.conversion.actions.teams import whose_deals
from services.conversion.domain.board import Card, stale_of, stale_since
from services.conversion.domain.deal_list import DealList, Wanted, key_of, place_of
from services.conversion.repository import deal_list
from services.conversion.repository.policies import policies

PAGE = 50
_FOUND = 20
_WORDS = 6
_LONGEST = 60


async def read_list(
    conn: Connection,
    who: Principal,
    wanted: Wanted,
    after: tuple[str, str] | None,
    *,
    overdue: bool = False,
    stale: bool = False,
) -> DealList:
    """A page of the list, of deals that this person may see. Raises Invalid on `after`."""
    at = now()
    old = stale_since(await policies.rules(conn), at)
    wanted = replace(wanted, overdue_at=at if overdue else None, stale=old if stale else None)
    wanted = replace(wanted, people=await whose_deals(conn, who)).sound()
    try:
        begins = (place_of(wanted.sort, after[0]), str(uuid.UUID(after[1]))) if after else None
    except ValueError:
        raise Invalid("is not a place in this list", field="after") from None
    found = await deal_list.page(conn, wanted, PAGE + 1, begins)
    shown = found[:PAGE]
    more = key_of(shown[-1], wanted.sort) if len(found) > PAGE else None
    return DealList(wanted=wanted, deals=shown, stale=stale_of(shown, old), after=more)


async def find_deals(conn: Connection, text: str, who: Principal) -> Sequence[Card]:
    """Up to twenty deals by words of the company, a number, or an id; those of whoever asks come first."""
    people = await whose_deals(conn, who)
    try:
        return await deal_list.by_id(conn, str(uuid.UUID(text.strip())), people)
    except ValueError:
        pass  # no id, then
    words = _words(text)
    if len(words) > 1:
        words = await deal_list.rarest_first(conn, words)
    return await deal_list.find(conn, words, who.person, _FOUND, people) if words else []


def _words(text: str) -> list[str]:
    """What to look for: a number is one word however it was written, without the zero that stands for the country."""
    digits = re.sub(r"[\s()+.-]", "", text)
    if digits.isdigit():
        return [digits.lstrip("0")] if digits.strip("0") else []
    found = re.split(r"""[\s"«»“”„’'`()\[\].,;:/\\&+_-]+""", text)
    return [word[:_LONGEST] for word in found if word][:_WORDS]
