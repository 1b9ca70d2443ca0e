"""The policy of the tier, published version by version."""

from __future__ import annotations

from services.chassis import staff
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.policies import PolicyVersion
from services.conversion.domain.policy import Policy
from services.conversion.repository import board, managers, supervisors
from services.conversion.repository.policies import policies


async def publish_policy(conn: Connection, policy: Policy, who: Principal) -> PolicyVersion:
    """Publish the next version, in force for deals that begin from now on. Raises Invalid on whom it may not name."""
    await check_people(conn, policy, who)
    return await policies.add(conn, policy, who.person)


async def check_people(conn: Connection, policy: Policy, who: Principal) -> None:
    """Whom the policy names must be there and able to do what it gives them. Raises Invalid on the field."""
    owner, approver = policy.overflow_owner, policy.approval_escalate_to
    manager = None if owner is None else await managers.find(conn, owner)
    if owner is not None and not (manager and manager.active):
        raise Invalid("is not an active manager", field="body.overflow_owner")
    # The poster is a supervisor, by the token; of others the tier only knows what they have done here.
    if approver is not None and approver != who.person and not await supervisors.is_known(conn, approver):
        raise Invalid("is no supervisor who has worked here", field="body.approval_escalate_to")


async def people_to_name(conn: Connection, who: Principal) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(managers, supervisors) whom a policy may name, each as (id, name); its writer is one of the supervisors."""
    known = [who.person, *await supervisors.others(conn, [who.person])]
    names = {**await staff.names_of(conn, known), who.person: who.name}
    return await board.active_names(conn), [(person, names.get(person, person)) for person in known]
