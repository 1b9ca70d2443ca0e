"""Whether two records are of one company: what imports, people at a desk and the register go by.

A tax id decides. Without it a number or an address is an identity only together with a name that may be the same:
agencies write from one address for all their hotels, and a switchboard rings for every tenant of a house.
"""

from __future__ import annotations

from typing import NamedTuple

from services.chassis.contacts.company_names import alike
from services.chassis.contacts.tax_ids import same_tax_id


class Party(NamedTuple):
    """Who somebody is: the company's name, and its tax ids; a name that is not known says nothing."""

    name: str | None
    tax_ids: frozenset[str] = frozenset()


def same_company(one: Party, other: Party) -> bool:
    """Whether two who share a number, an address or a tax id are one company."""
    if one.tax_ids and other.tax_ids:
        return any(same_tax_id(mine, theirs) for mine in one.tax_ids for theirs in other.tax_ids)
    return one.name is None or other.name is None or alike(one.name, other.name)
