"""Contracts: agreed, changed from the next date on, paused, gone on with, ended; a date left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.account_mgmt.actions.contract_invoices import advance, issue_next, settle_work
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.contract_dates import Rhythm, moment_of
from services.account_mgmt.domain.contract_texts import check_texts
from services.account_mgmt.domain.contracts import (
    MOST_MISSED,
    Contract,
    Missed,
    check_day,
    check_first,
    check_state,
)
from services.account_mgmt.domain.customers import Customer, check_active
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.domain.orders import check_lines
from services.account_mgmt.repository import contract_periods, contracts, customers, legal_entities, products
from services.account_mgmt.schemas.contracts import ContractChange, NewContract
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.edits import tag_of
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish

# The dates of a daily contract that was paused for over two years.
_MOST_LEFT_OUT = 1_000
_AGREED = frozenset({
    "name", "lines", "price_by", "every", "unit", "anchor_on", "anchor_day", "issue_at", "last_on", "times",
    "payment_days", "by_mail", "state",
})  # fmt: skip


async def make_contract(conn: Connection, who: Principal, customer_id: str, new: NewContract) -> Contract:
    """Agree on a contract; the first invoice is issued by the sweep, at once if its date has come.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) for a customer who left; Invalid with the field.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    values = await values_of(conn, customer, new, datetime.now(UTC))
    made = await contracts.add(conn, {**values, "customer_id": customer_id, "created_by": who.person})
    await _changed(conn, made)
    return made


async def values_of(conn: Connection, customer: Customer, new: NewContract, now: datetime) -> dict[str, Any]:
    """The columns of a new contract. Raises Conflict (`wrong_state`); Invalid with the field."""
    check_active(customer)
    currency = new.lines[0].unit_price.currency
    seller = await _seller(conn, new.entity, currency)
    zone = ZoneInfo(seller.timezone)
    check_first(new.first_on, now.astimezone(zone).date())
    rhythm = Rhythm(every=new.every, unit=new.unit, anchor_on=new.first_on, anchor_day=new.day or new.first_on.day)
    check_day(rhythm, "day")
    if new.last_on is not None and new.last_on < new.first_on:
        raise Invalid("The last day lies before the first date", field="last_on")
    await _check_lines(conn, customer, new.lines, rhythm, by_catalogue=new.price_by == "catalogue")
    return {
        **new.model_dump(exclude={"entity", "day", "first_on"}),
        "lines": [line.model_dump(mode="json") for line in new.lines],
        **rhythm.model_dump(include={"anchor_on", "anchor_day"}),
        "entity": seller.id,
        "currency": currency,
        "next_at": moment_of(new.first_on, new.issue_at, zone),
    }


async def _seller(conn: Connection, wanted: str | None, currency: str) -> LegalEntity:
    seller = await legal_entities.choose(conn, wanted, currency)
    if seller is None:
        raise Invalid(f"There is no legal entity {wanted} that invoices", field="entity")
    if wanted is None and seller.currency != currency:
        raise Invalid(f"No legal entity is paid in {currency}: name the one that invoices", field="entity")
    return seller


async def _check_lines(
    conn: Connection, customer: Customer, lines: list[ChargedLine], rhythm: Rhythm, *, by_catalogue: bool
) -> None:
    wanted = [line.product_id for line in lines if line.product_id]
    currency = lines[0].unit_price.currency
    listed = await products.listed(conn, wanted, currency=currency, customer_id=customer.id)
    check_lines(lines, {product_id: product.active for product_id, product in listed.items()})
    for n, line in enumerate(lines):
        if by_catalogue and line.product_id and listed[line.product_id].price is None:
            raise Invalid(f"The catalogue has no price of it in {currency}", field=f"lines[{n}].product_id")
    check_texts(lines, rhythm, customer.contact.language)


async def change_contract(
    conn: Connection, who: Principal, contract_id: str, to: ContractChange, *, seen: str = ""
) -> Contract:
    """Change it from the next date on; what has been issued stays as it is. `seen` is the tag a form was drawn with.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) for one that has ended, (`changed_meanwhile`);
    Invalid with the field.
    """
    contract, customer = await _held(conn, who, contract_id)
    if seen and seen != tag_of_agreed(contract):
        raise Conflict("Somebody changed this contract meanwhile: open it again", code="changed_meanwhile")
    check_state(contract, "active", "paused")
    changed = await changed_by(conn, contract, customer, to)
    await contracts.change(conn, contract_id, changed)
    await advance(conn, contract_id, contract.next_number, contract.issued)
    return await _changed(conn, contract)


def tag_of_agreed(contract: Contract) -> str:
    """What a form is drawn with: the same until somebody changes what is agreed, however many invoices are issued."""
    # Lines, rhythm and end make one agreement with its price: a form of it is not written in parts.
    return tag_of(contract.model_dump(mode="json", include=set(_AGREED)))


async def changed_by(conn: Connection, contract: Contract, customer: Customer, to: ContractChange) -> dict[str, Any]:
    """The columns that a change writes. Raises Invalid with the field."""
    given = to.model_fields_set
    for name in ("name", "lines", "price_by", "every", "unit", "issue_at", "by_mail"):
        if name in given and getattr(to, name) is None:
            raise Invalid("This cannot be left away", field=name)
    plain = ("name", "price_by", "issue_at", "by_mail", "last_on", "times", "payment_days")
    values: dict[str, Any] = {name: getattr(to, name) for name in plain if name in given}
    rhythm = contract
    if {"every", "unit", "day", "next_on"} & given:
        moved = _new_rhythm(contract, to)
        values |= moved
        rhythm = contract.model_copy(update=moved)
        check_day(rhythm, "day" if to.day else "next_on")
    lines = to.lines or contract.lines
    if lines[0].unit_price.currency != contract.currency:
        raise Invalid(f"This contract is in {contract.currency}: end it, and make another", field="lines")
    if to.lines is not None or to.price_by is not None:
        by_catalogue = (to.price_by or contract.price_by) == "catalogue"
        await _check_lines(conn, customer, lines, rhythm, by_catalogue=by_catalogue)
    if to.lines is not None:
        values["lines"] = [line.model_dump(mode="json") for line in to.lines]
    return values


def _new_rhythm(contract: Contract, to: ContractChange) -> dict[str, Any]:
    """The rhythm from the next date on, which stays where it was unless it is moved. Raises Invalid on `next_on`."""
    number = contract.next_number
    before = contract.date_of(number - 1) if number > 1 else None
    begins = to.next_on or contract.date_of(number)
    if to.next_on is not None:
        check_first(to.next_on, datetime.now(ZoneInfo(contract.zone)).date())
        if before is not None and to.next_on <= before:
            raise Invalid(f"The date before is {before}: the next one comes after it", field="next_on")
    meant = contract.anchor_day if contract.unit == "month" and to.next_on is None else begins.day
    return {
        "every": to.every or contract.every,
        "unit": to.unit or contract.unit,
        "anchor_on": begins,
        "anchor_number": number,
        "anchor_day": to.day or meant,
        "before_on": before,
    }


async def pause_contract(conn: Connection, who: Principal, contract_id: str, reason: str) -> Contract:
    """No invoices until somebody goes on with it. Raises NotFound, Forbidden, Conflict (`wrong_state`)."""
    contract, _ = await _held(conn, who, contract_id)
    check_state(contract, "active")
    await contracts.set_state(conn, contract_id, "paused", reason)
    return await _changed(conn, contract)


async def resume_contract(conn: Connection, who: Principal, contract_id: str, missed: Missed) -> Contract:
    """Go on: the dates that have passed meanwhile are left out, or their invoices are issued now, in order.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`), (`too_many`) beyond `MOST_MISSED`.
    """
    contract, _ = await _held(conn, who, contract_id)
    check_state(contract, "paused")
    now = datetime.now(UTC)
    passed = contract.missed(now, _MOST_LEFT_OUT)
    if missed == "issue" and len(passed) > MOST_MISSED:
        raise Conflict(
            f"{len(passed)} dates have passed, and at most {MOST_MISSED} can be invoiced at once: leave them out, and "
            "invoice by hand what is owed",
            code="too_many",
        )
    await contracts.set_state(conn, contract_id, "active", None)
    left_out = passed if missed == "skip" else []
    dates = [(number, *contract.period_of(number)) for number in left_out]
    await contract_periods.skip_all(conn, contract_id, dates, who.person)
    await advance(conn, contract_id, contract.next_number + len(left_out), contract.issued)
    for _number in [] if left_out else passed:
        await issue_next(conn, await contracts.get(conn, contract_id), now, by=who.person)
    await settle_work(conn, contract)
    return await _changed(conn, contract)


async def skip_period(conn: Connection, who: Principal, contract_id: str, number: int) -> Contract:
    """Leave one date out: the next one, or one whose invoice could not be issued; said twice, nothing changes.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`), (`issued`), (`not_next`) for a later date.
    """
    contract, _ = await _held(conn, who, contract_id)
    if number < contract.next_number:
        period = await contract_periods.get(conn, contract_id, number)
        if period.state == "issued":
            raise Conflict("That date has its invoice: cancel its order", code="issued")
        if period.state == "failed":
            days = (period.begins_on, period.ends_on)
            await contract_periods.put(conn, contract_id, number, days, state="skipped", by=who.person)
            await advance(conn, contract_id, contract.next_number, contract.issued)
            await settle_work(conn, contract)
        return await _changed(conn, contract)
    check_state(contract, "active", "paused")
    if number != contract.next_number or not contract.coming(1):
        raise Conflict(f"The next date is number {contract.next_number}", code="not_next")
    days = contract.period_of(number)
    await contract_periods.put(conn, contract_id, number, days, state="skipped", by=who.person)
    await advance(conn, contract_id, number + 1, contract.issued)
    return await _changed(conn, contract)


async def end_contract(conn: Connection, who: Principal, contract_id: str, reason: str) -> Contract:
    """No more invoices, and what could not be issued is left out; said twice, nothing changes.

    Raises NotFound, Forbidden (`not_owner`).
    """
    contract, _ = await _held(conn, who, contract_id)
    if contract.state != "ended":
        await contracts.set_state(conn, contract_id, "ended", reason)
        await contract_periods.leave_out_failed(conn, contract_id, who.person)
        await settle_work(conn, contract)
    return await _changed(conn, contract)


async def _held(conn: Connection, who: Principal, contract_id: str) -> tuple[Contract, Customer]:
    """The contract and its customer, both held, for somebody who may act for them. Raises NotFound, Forbidden."""
    seen = await contracts.get(conn, contract_id)
    customer = await customers.get(conn, seen.customer_id, lock=True)
    await check_owner(conn, who, customer)
    return await contracts.get(conn, contract_id, lock=True), customer


async def _changed(conn: Connection, contract: Contract) -> Contract:
    await publish(conn, "contract.changed", contract_id=contract.id, customer_id=contract.customer_id)
    return await contracts.get(conn, contract.id)
