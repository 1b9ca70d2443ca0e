"""Inbound calls: where one goes by the register alone, and its life at the switchboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.chassis.records import Record

# Stages of a customer whom tier 3 looks after.
JUST_WON = "won"
CARED_FOR = frozenset({JUST_WON, "active", "at_risk", "opted_out"})
# Deals that nobody works on any more.
OVER = frozenset({"lost", "cancelled", "do_not_call"})

Event = Literal["ringing", "answered", "missed", "completed"]


class NewInbound(Record):
    """An inbound call to be written, and where it was put through."""

    lead_id: str
    phone: str
    called: str | None
    call_id: str | None
    note: str | None
    by: str
    routed_to: str
    owner: str | None
    known: bool
    workflow_id: str
    stage: str


class Inbound(Record):
    """Where an inbound call was put through, and its state at the switchboard; by when a call back is promised."""

    id: str
    lead_id: str
    tier: str
    stage: str
    owner: str | None
    workflow_id: str
    known: bool
    routed_to: str
    state: str
    at: datetime
    promised_by: datetime | None = None


class Ringing(Record):
    """A call that comes in now, from somebody whom the register knows. `mine`: its reader has called them, or does."""

    id: str
    company: str
    contact_name: str | None
    routed_to: str
    owner: str | None
    at: datetime
    mine: bool


def name_of_stranger(phone: str) -> str:
    """What a caller whom the register does not know is called until somebody asks them; `phone` as it was shown."""
    digits = "".join(sign for sign in phone if sign.isdecimal())[-4:]
    return f"Caller {digits}" if digits else "Unknown caller"


def who_hears(ringing: Sequence[Ringing], *, is_calling: bool) -> list[Ringing]:
    """What a caller is shown of the calls that come in: while they talk themselves, only those that are about them."""
    return [call for call in ringing if call.mine or not is_calling]


@dataclass(frozen=True)
class Route:
    """Where a call goes. `begins` means that tier 2 must start on the lead, because nobody has it."""

    tier: Literal["conversion", "account_mgmt"]
    owner: str | None
    stage: str
    begins: bool


def route(tier: str, stage: str, owner: str | None) -> Route:
    """A customer to tier 3, everybody else to tier 2: to the deal's manager if there is a deal."""
    if tier == "account_mgmt" and stage in CARED_FOR:
        return Route("account_mgmt", owner, stage, begins=False)
    if tier == "conversion" and stage not in OVER:
        return Route("conversion", owner, stage, begins=False)
    return Route("conversion", None, "inbound", begins=True)


# Events arrive late, twice, and in any order: what is over does not begin again.
_AFTER: dict[str, dict[str, str]] = {
    "ringing": {"answered": "answered", "missed": "missed", "completed": "completed"},
    "missed": {"answered": "answered"},
    "answered": {"completed": "completed"},
    "completed": {},
}


def after(state: str, event: str) -> str:
    """The call's state after an event; unchanged by one that says nothing new."""
    return _AFTER[state].get(event, state)
