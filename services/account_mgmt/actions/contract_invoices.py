"""The invoices of contracts: each date's once, by a sweep over what is due, whatever stops or is started twice.

Order, invoice, the row of the date and the next date are one transaction; the row's key is what keeps a second invoice
from being written. What goes wrong with one date is written down and shown to a person, and the series goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from services.account_mgmt.actions.contract_lines import lines_of_date
from services.account_mgmt.actions.orders import tell_order, write_invoiced
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.actions.work_assignment import NewWork, open_work
from services.account_mgmt.domain.contracts import CATCH_UP, Contract, Period
from services.account_mgmt.domain.orders import InvoicedOrder, OrderDraft
from services.account_mgmt.repository import contract_periods, contracts, customers
from services.account_mgmt.repository.policies import policies
from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, DomainError, Unavailable
from services.chassis.events import publish, publish_all
from services.chassis.imports.rounds import unreachable

KIND = "contract"
BY = "contract"
"""Who placed an order that a contract brought."""
_PRIORITY = 12
_PER_SWEEP = 500
log = structlog.get_logger(__name__)


async def issue_due(pool: Pool, at: datetime | None = None) -> int:
    """A sweep: issue what is due, the longest due first; how many dates were dealt with.

    A contract that breaks even in being written down is passed over until the next sweep, and stops no other.
    """
    done, passed = 0, set[str]()
    while done + len(passed) < _PER_SWEEP:
        found = None
        try:
            async with pool.acquire() as conn, conn.transaction():
                now = at or datetime.now(UTC)
                found = await contracts.hold_due(conn, now, passed)
                if found is None:
                    return done
                if not await _take_turn(conn, found, now):
                    passed.add(found.id)
                    continue
        except Exception as error:
            if found is None or unreachable(error):
                raise
            passed.add(found.id)
            log.error("contract_failed", contract_id=found.id, error=type(error).__name__)
            continue
        done += 1
    return done


async def _take_turn(conn: Connection, contract: Contract, now: datetime) -> bool:
    """One contract's next date; False if it is not due after all."""
    if contract.state != "active" or contract.next_at is None or contract.next_at > now:
        return False
    due = contract.due_at(contract.next_number)
    if due > now:
        # The legal entity keeps its books in another zone by now.
        await advance(conn, contract.id, contract.next_number, contract.issued)
    elif due < now - CATCH_UP:
        await _ask_before_catching_up(conn, contract)
    else:
        await issue_next(conn, contract, now)
    return True


async def _ask_before_catching_up(conn: Connection, contract: Contract) -> None:
    """Dates have passed for longer than any stop should last, or the clock is wrong: a person says what is to be."""
    day = contract.date_of(contract.next_number)
    reason = f"nothing was issued since {day:%d.%m.%Y}, which is too long ago to catch up without being asked"
    await contracts.set_state(conn, contract.id, "paused", reason)
    await _show(conn, contract, contract.next_number, f"late:{day}", f"Paused: {reason}")


async def issue_next(conn: Connection, contract: Contract, now: datetime, *, by: str = BY) -> None:
    """The invoice of the next date, or why there is none, and on to the date after it; `contract` is held."""
    number, days = contract.next_number, contract.period_of(contract.next_number)
    order, reason = await _try(conn, contract, number, now)
    period = await contract_periods.put(
        conn, contract.id, number, days, state="issued" if order else "failed", by=by, reason=reason,
        order_id=order.id if order else None, mail="due" if order and contract.by_mail else None,
    )  # fmt: skip
    await advance(conn, contract.id, number + 1, contract.issued + bool(order))
    await _tell(conn, contract, period)


async def issue_again(conn: Connection, who: Principal, contract_id: str, number: int) -> tuple[Period, str]:
    """Try a date again whose invoice could not be issued or mailed; one that has its invoice stays as it is.

    What became of it, and the currency. Raises NotFound; Forbidden (`not_owner`); Conflict (`skipped`).
    """
    seen = await contracts.get(conn, contract_id)
    await check_owner(conn, who, await customers.get(conn, seen.customer_id, lock=True))
    contract = await contracts.get(conn, contract_id, lock=True)
    period = await contract_periods.get(conn, contract_id, number)
    if period.state == "skipped":
        raise Conflict("That date was left out", code="skipped")
    if period.mail == "failed":
        await contract_periods.mailed(conn, period, "due")
        await settle_work(conn, contract)
    elif period.state == "failed":
        order, reason = await _try(conn, contract, number, datetime.now(UTC))
        period = await contract_periods.put(
            conn, contract_id, number, (period.begins_on, period.ends_on), state="issued" if order else "failed",
            by=who.person, reason=reason, order_id=order.id if order else None,
            mail="due" if order and contract.by_mail else None,
        )  # fmt: skip
        if order:
            await advance(conn, contract.id, contract.next_number, contract.issued + 1)
        await _tell(conn, contract, period)
    return await contract_periods.get(conn, contract_id, number), contract.currency


async def _try(
    conn: Connection, contract: Contract, number: int, now: datetime
) -> tuple[InvoicedOrder | None, str | None]:
    """The order of this date with its invoice, or why it could not be: nothing of it is left then.

    Raises what is no fault of the contract: the database is away, or busy.
    """
    try:
        async with conn.transaction():
            return await _issue(conn, contract, number, now), None
    except Unavailable:
        raise
    except DomainError as error:
        return None, error.message
    except Exception as error:
        if unreachable(error):
            raise
        log.error("contract_broke", contract_id=contract.id, number=number, exc_info=error)
        return None, f"it broke off ({type(error).__name__})"


async def _issue(conn: Connection, contract: Contract, number: int, now: datetime) -> InvoicedOrder:
    """Order and invoice as if somebody had placed it now; the customer's own rhythm is left alone."""
    customer = await customers.get(conn, contract.customer_id)
    lines = await lines_of_date(conn, contract, customer, number, now)
    draft = OrderDraft(
        customer, lines, source="contract", by=BY, note=contract.name, entity=contract.entity,
        contract_id=contract.id, payment_term=contract.payment_term,
    )  # fmt: skip
    policy = await policies.rules(conn)
    order = await write_invoiced(conn, policy, draft, at=now)
    await tell_order(conn, policy, customer, order, by=BY, next_nudge_at=None)
    return order


async def advance(conn: Connection, contract_id: str, number: int, issued: int) -> None:
    """The next date is this one, or the contract has ended; `contract_id` is held.

    While a date that failed may still become the last invoice that was agreed, there is neither.
    """
    contract = await contracts.get(conn, contract_id)
    is_over = contract.is_over(number, issued)
    waits = contract.state != "active" or contract.is_over(number, issued + contract.unissued)
    next_at = None if waits else contract.due_at(number)
    await contracts.go_on(conn, contract_id, number=number, next_at=next_at, issued=issued, is_over=is_over)


async def _tell(conn: Connection, contract: Contract, period: Period) -> None:
    """What became of a date: work for a person if it failed, an end of the work if nothing is left of it."""
    if period.state == "failed":
        await _show(conn, contract, period.number, str(period.attempts), _failed(period))
    else:
        await settle_work(conn, contract)
    await publish(conn, "contract.changed", contract_id=contract.id, customer_id=contract.customer_id)


def _failed(period: Period) -> str:
    return f"The invoice of {period.on_day:%d.%m.%Y} was not issued: {period.reason}"


async def show_unmailed(conn: Connection, contract: Contract, period: Period, reason: str) -> None:
    """An invoice that could not be mailed is work of a person."""
    text = f"Invoice {period.invoice_number} was issued, but not mailed: {reason}"
    await _show(conn, contract, period.number, f"mail:{period.attempts}", text)


async def _show(conn: Connection, contract: Contract, number: int, what: str, text: str) -> None:
    """Ask a person to see to it, unless somebody has been asked to see to this contract already."""
    if await contract_periods.has_work(conn, contract.id, contract.customer_id):
        return
    facts = {"contract_id": contract.id, "name": contract.name, "number": number, "text": f"{contract.name}: {text}"}
    key = f"contract:{contract.id}:{number}:{what}"
    await open_work(conn, NewWork(KIND, key=key, customer_id=contract.customer_id, priority=_PRIORITY, facts=facts))


async def settle_work(conn: Connection, contract: Contract) -> None:
    """Nobody is asked to see to a contract any more of which no date waits for a person."""
    if (await contracts.get(conn, contract.id)).failed:
        return
    ended = await contract_periods.end_work(conn, contract.id, contract.customer_id, "settled")
    await publish_all(conn, "work.closed", _closed(ended, contract.customer_id))


def _closed(item_ids: Sequence[str], customer_id: str) -> list[dict[str, str]]:
    return [{"item_id": one, "customer_id": customer_id} for one in item_ids]
