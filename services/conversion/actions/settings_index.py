"""What a supervisor of this tier decides, and what of it is in force since when and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.chassis.policy_history import PolicyChange, changes_of
from services.conversion.actions.commission_rates import COMMISSION
from services.conversion.actions.deals import now
from services.conversion.domain.managers import Manager
from services.conversion.domain.playbooks import SavedPlaybook
from services.conversion.domain.policy import Policy
from services.conversion.domain.templates import Template
from services.conversion.repository import manager_hours, managers, playbooks, supervisors, templates
from services.conversion.repository.policies import policies

_MOST = 500


@dataclass(frozen=True)
class SettingsIndex:
    """One look at everything that is decided here."""

    policy: Policy
    version: PolicyVersion
    commission: PolicyChange | None
    mails: list[Template]
    playbooks: list[SavedPlaybook]
    managers: list[Manager]
    away: int
    names: dict[str, str]

    @property
    def mail(self) -> Template | None:
        """The mail that was written last."""
        return max(self.mails, key=lambda one: one.created_at, default=None)

    @property
    def playbook(self) -> SavedPlaybook | None:
        """The playbook that was written last."""
        return max(self.playbooks, key=lambda one: one.created_at, default=None)


async def read_settings(conn: Connection) -> SettingsIndex:
    """Everything as of now."""
    return SettingsIndex(
        policy=await policies.rules(conn),
        version=await policies.newest(conn),
        commission=next(iter(await changes_of(conn, [COMMISSION], 1)), None),
        mails=await templates.newest(conn, _MOST, None),
        playbooks=await playbooks.newest(conn, _MOST),
        managers=await managers.page(conn, active=True, limit=_MOST, after=None),
        away=await manager_hours.away(conn, now()),
        names=await supervisors.names_of_staff(conn),
    )


async def remember_name(conn: Connection, who: Principal) -> None:
    """A supervisor who changes something is called by name wherever it is shown who did."""
    if who.role == "supervisor" and who.name != who.person:
        await supervisors.remember(conn, who.person, who.name)
