"""Which order corrects which sale: the first sale's people keep their shares when its invoice is written anew.

An order says which one it corrects. Where it does not, it corrects a sale of the same customer that was wholly credited
or cancelled before it, if it is of the same net value and follows within a quarter: an invoice was wrong, and is
written again. Each sale is corrected by one order, which may be corrected in its turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from services.chassis.records import Record
from services.conversion.domain.commissions import Accrual

WITHIN = timedelta(days=92)
"""How long after a sale was undone an order of the same value is taken for its correction."""


class Beginning(Record):
    """How a sale began, and when all of it was credited or cancelled. `net` is before tax."""

    sale_id: str
    kind: Literal["sold", "ordered"]
    lead_id: str
    deal_id: str | None
    net: Decimal
    currency: str
    at: datetime
    corrects: str | None
    undone_at: datetime | None
    policy_version: int | None
    shares: list[Accrual]


def corrections(sales: Sequence[Beginning]) -> dict[str, str]:
    """Which sale each correcting order corrects, among the sales of a customer, in whatever order they are given."""
    found = {one.sale_id: one.corrects for one in sales if one.corrects}
    taken = set(found.values())
    undone = sorted((one for one in sales if one.undone_at), key=lambda one: (one.undone_at, one.sale_id))
    for order in sorted(sales, key=lambda one: (one.at, one.sale_id)):
        if order.kind == "sold" or order.sale_id in found:
            continue
        old = next((one for one in undone if one.sale_id not in taken and _written_again(one, order)), None)
        if old is not None:
            found[order.sale_id] = old.sale_id
            taken.add(old.sale_id)
    return found


def _written_again(old: Beginning, order: Beginning) -> bool:
    if old.undone_at is None or (old.lead_id, old.net, old.currency) != (order.lead_id, order.net, order.currency):
        return False
    # A first sale corrects nothing; two orders correct each other never, for one of them is the later.
    later = old.kind == "sold" or (old.at, old.sale_id) < (order.at, order.sale_id)
    return later and old.undone_at <= order.at <= old.undone_at + WITHIN


def chain_of(sale_id: str, corrected_by: Mapping[str, str]) -> list[str]:
    """The sale and the orders that correct it one after the other."""
    chain = [sale_id]
    while (following := corrected_by.get(chain[-1])) and following not in chain:
        chain.append(following)
    return chain


def related(sale_ids: Iterable[str], sales: Sequence[Beginning]) -> set[str]:
    """These sales, and all whose commission may depend on what happens to them.

    That is their corrections and what they correct, and once a sale was undone, all of its customer of its net value.
    """
    links = corrections(sales)
    groups = [{one, other} for one, other in links.items()]
    alike: dict[tuple[str, Decimal, str], set[str]] = {}
    for one in sales:
        alike.setdefault((one.lead_id, one.net, one.currency), set()).add(one.sale_id)
    groups += [alike[one.lead_id, one.net, one.currency] for one in sales if one.undone_at]
    found, before = set(sale_ids), 0
    while len(found) != before:
        before = len(found)
        for group in groups:
            if group & found:
                found |= group
    return found
