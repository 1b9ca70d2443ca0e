"""Commission rates: those in force, what they were, and what they come to on an example's sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.chassis.auth import Principal
from services.chassis.currencies import minor_unit
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.chassis.policy_history import PolicyChange, changes_of, tag_of_parts, with_parts
from services.conversion.actions.kinds import POLICY
from services.conversion.actions.policies import publish_policy
from services.conversion.domain.commissions import Rates, Role, accruals, kept
from services.conversion.repository import supervisors
from services.conversion.repository.policies import policies
from workflows.contracts.base import Money

COMMISSION = "commission"
"""The part of the policy that holds the rates."""
_MOST_CHANGES = 50


@dataclass(frozen=True)
class RatesPage:
    """The rates in force with the tag of what a form is drawn with, and who changed them."""

    rates: Rates
    version: PolicyVersion
    seen: str
    changes: list[PolicyChange]
    names: Mapping[str, str]


async def read_rates(conn: Connection) -> RatesPage:
    """The rates as of now."""
    version = await policies.newest(conn)
    return RatesPage(
        rates=(await policies.rules(conn)).commission,
        version=version,
        seen=tag_of_parts(version.body, [COMMISSION]),
        changes=await changes_of(conn, [COMMISSION], _MOST_CHANGES),
        names=await supervisors.names_of_staff(conn),
    )


async def publish_rates(conn: Connection, rates: Rates, who: Principal, seen: str) -> None:
    """A new version of the policy with these rates. Raises Conflict (`changed_meanwhile`), Invalid."""
    body = await with_parts(conn, POLICY, {COMMISSION: rates.model_dump(mode="json")}, seen)
    await publish_policy(conn, policies.checked(body), who)


def shares_of(sale: Money, rates: Rates) -> dict[Role, Decimal]:
    """What each role earns by a sale of this net value, one person each."""
    unit = minor_unit(sale.currency)
    first = accruals(sale.amount, rates, sourced_by="caller", closed_by="manager", unit=unit)
    further = kept(sale.amount, rates, "account manager", unit)
    return {share.role: share.amount for share in [*first, *further]}
