"""Dialling: a caller calls the lead in hand and hangs up; the switchboard reports what becomes of it.

A dial is written first, and the switchboard asked after the commit, once, by the process that wrote it: nobody waits
for another server inside a transaction. It is never sent later or again, because a phone that rings when its caller
has gone on is worse than one that does not ring. Hanging up may be sent again, and is, until the line is closed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.chassis import work_items
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.events import publish
from services.chassis.work_items import WorkItem
from services.lead_gen.actions.switchboard import Switchboard, SwitchboardRefusal
from services.lead_gen.domain.dials import LINE_AFTER, Dial, Line, NewDial, ended, heard, overdue
from services.lead_gen.domain.phones import read_phone
from services.lead_gen.repository import callers, calls, dials, do_not_call, leads, telephony
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.dials import AskDial
from services.lead_gen.schemas.telephony import TelephonyEvent

# The process that took the end of a call asks the switchboard itself, at once.
_HANG_UP_AGAIN = timedelta(seconds=2)


@dataclass(frozen=True)
class After:
    """What is to be sent to the switchboard after the commit. `add` runs a task once the request is answered."""

    pool: Pool
    switchboard: Switchboard | None
    add: Callable[..., None]

    @property
    def by_link(self) -> bool:
        """Do people dial by hand, because there is no switchboard to ask?"""
        return self.switchboard is None

    def dial(self, asked: Dial) -> None:
        """Have a dial sent that is about to be committed."""
        if self.switchboard is not None:
            self.add(send_dial, self.pool, self.switchboard, asked)

    def hang_up(self, over: Dial) -> None:
        """Have the line of a dial closed that is about to be committed as over."""
        if self.switchboard is not None:
            self.add(send_hang_up, self.pool, self.switchboard, over)


async def ask_dial(conn: Connection, item_id: str, asked: AskDial, caller: str, *, by_link: bool) -> Dial:
    """Write that this caller dials a number of the lead in hand, and keep the lead theirs. It is sent after the commit.

    Raises Conflict `stale_lease`, `already_closed`, `already_dialling`; Invalid `phone` for a number that is not one
    of the lead's, or may not be called.
    """
    policy = await policies.rules(conn)
    # It locks the item: two presses of the key are one after the other.
    item = await work_items.extend(conn, item_id, caller, asked.token, policy.lease)
    phone = await _number(conn, item, asked.phone)
    live = await dials.lock_live(conn, caller)
    if live is not None and live.item_id == item.id:
        raise Conflict("You are already calling this number; hang up first", code="already_dialling")
    if live is not None:
        await _end(conn, live)
    earlier = await dials.of_item(conn, item.id)
    new = NewDial(
        item_id=item.id,
        lead_id=item.lead_id,
        number=len(earlier) + 1,
        phone=phone,
        caller=caller,
        way="link" if by_link else "switchboard",
    )
    dial = await dials.add(conn, new)
    await _tell(conn, dial)
    return dial


async def _number(conn: Connection, item: WorkItem, asked: str | None) -> str:
    """The number to dial: that of the lead which was asked for, or its first."""
    phones = [] if await do_not_call.forbidden(conn, item.lead_id) else await leads.callable_phones(conn, item.lead_id)
    if not phones:
        raise Invalid("They may not be called", field="phone", code="do_not_call")
    if asked is None:
        return phones[0]
    phone = read_phone(asked, "UA", "phone")
    if phone not in phones:
        raise Invalid("This is not a number of theirs that may be called", field="phone")
    return phone


async def line_of(conn: Connection, caller: str) -> Line | None:
    """The telephone of the lead that this caller has in hand, or none."""
    item = await calls.held_by(conn, caller)
    if item is None:
        return None
    phones = [] if await do_not_call.forbidden(conn, item.lead_id) else await leads.callable_phones(conn, item.lead_id)
    last = (await dials.of_item(conn, item.id))[-1:]
    return Line(item_id=item.id, token=item.lease_token, phones=phones, dial=last[0] if last else None)


async def send_dial(pool: Pool, switchboard: Switchboard, dial: Dial) -> None:
    """Ask the switchboard for a dial that is committed; a refusal becomes the dial's end, in its words."""
    async with pool.acquire() as conn:
        extension = await callers.extension_of(conn, dial.caller)
    try:
        await switchboard.originate(dial, extension)
    except SwitchboardRefusal as refusal:
        await _failed(pool, dial.call_id, str(refusal))


async def hang_up(conn: Connection, item_id: str, caller: str) -> Dial:
    """End the dial that this caller is in. Whoever committed it tells the switchboard.

    Raises Conflict `not_dialling` when it is over already.
    """
    live = await dials.lock_live(conn, caller)
    if live is None or live.item_id != item_id:
        raise Conflict("This call is over already", code="not_dialling")
    return await _end(conn, live)


async def send_hang_up(pool: Pool, switchboard: Switchboard, dial: Dial) -> None:
    """Have the line closed. If the switchboard does not answer, the sweep asks it again."""
    try:
        await switchboard.hang_up(dial.call_id)
    except SwitchboardRefusal:
        return
    async with pool.acquire() as conn:
        await dials.close_line(conn, dial.call_id)


async def end_dial(conn: Connection, item_id: str, caller: str) -> None:
    """The caller has said how the call ended: their line is free, whatever it still does."""
    live = await dials.lock_live(conn, caller)
    if live is not None and live.item_id == item_id:
        await _end(conn, live)


async def take_dial_event(conn: Connection, event: TelephonyEvent) -> Dial:
    """What the switchboard says of a call that we asked for, in any order and more than once. Raises NotFound."""
    dial = await dials.lock(conn, event.call_id)
    if dial is None:
        raise NotFound("No call with this call_id was asked for")
    if not await telephony.add_event(conn, event.call_id, event.event, event.at):
        return dial
    # The switchboard's clock may be ahead of ours; a talk that begins in the future would count backwards.
    now = heard(dial, event.event, min(event.at, datetime.now(UTC)))
    if now != dial:
        await dials.save(conn, now)
        await _tell(conn, now)
    return now


def dial_watch(switchboard: Switchboard | None) -> Callable[[Pool], Awaitable[None]]:
    """A sweep: end what the switchboard has fallen silent about, and close lines whose call is over."""

    async def watch(pool: Pool) -> None:
        now = datetime.now(UTC)
        async with pool.acquire() as conn, conn.transaction():
            await dials.forget_lines(conn, LINE_AFTER)
            found = await dials.unfinished(conn)
            for dial in found:
                if overdue(dial, now):
                    await _end(conn, dial, "the switchboard did not say what became of it")
        if switchboard is not None:
            for dial in found:
                if dial.ended_at is not None and now - dial.ended_at > _HANG_UP_AGAIN:
                    await send_hang_up(pool, switchboard, dial)

    return watch


async def _end(conn: Connection, dial: Dial, failure: str | None = None) -> Dial:
    """Hung up by its caller, or with a failure in words."""
    now = datetime.now(UTC)
    over = ended(dial, "hung_up", now) if failure is None else ended(dial, "failed", now, failure)
    await dials.save(conn, over)
    await _tell(conn, over)
    return over


async def _failed(pool: Pool, call_id: str, reason: str) -> None:
    # Its line counts as open still: a switchboard that did not answer in time may have begun to ring all the same.
    async with pool.acquire() as conn, conn.transaction():
        dial = await dials.lock(conn, call_id)
        if dial is not None:
            await _end(conn, dial, reason)


async def _tell(conn: Connection, dial: Dial) -> None:
    await publish(conn, "dial.changed", item_id=dial.item_id, call_id=dial.call_id, state=dial.state)
