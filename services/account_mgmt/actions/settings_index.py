"""What a supervisor of this tier decides, and what of it is in force since when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.account_mgmt.actions.mail_templates import list_templates
from services.account_mgmt.domain.account_managers import AccountManager
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.mail_templates import MailTemplate
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.products import CatalogueFigures
from services.account_mgmt.domain.settings_changes import SettingsChange
from services.account_mgmt.repository import (
    account_managers,
    catalogue_pages,
    legal_entities,
    settings_changes,
    supervisors,
)
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.chassis.policy_history import PolicyChange, changes_of

DUNNING = ("payment_term", "dunning_gaps", "dunning_by")
"""The parts of the policy that say how unpaid invoices are reminded of."""


@dataclass(frozen=True)
class SettingsIndex:
    """One look at everything that is decided here."""

    figures: CatalogueFigures
    product: SettingsChange | None
    sellers: list[LegalEntity]
    seller: SettingsChange | None
    mails: list[MailTemplate]
    policy: Policy
    version: PolicyVersion
    dunning: PolicyChange | None
    people: list[AccountManager]
    names: dict[str, str]

    @property
    def own_mails(self) -> int:
        """How many mails go out in the organisation's own words."""
        return sum(1 for one in self.mails if one.version)

    @property
    def mail(self) -> tuple[str, datetime] | None:
        """Who wrote the latest of them, and when."""
        written = [(one.created_at, one.created_by) for one in self.mails if one.created_at and one.created_by]
        if not written:
            return None
        at, by = max(written)
        return by, at

    @property
    def away(self) -> int:
        """How many account managers are away now."""
        return sum(1 for one in self.people if one.active and one.away)


async def read_settings(conn: Connection) -> SettingsIndex:
    """Everything as of now."""
    return SettingsIndex(
        figures=await catalogue_pages.figures(conn),
        product=await settings_changes.last(conn, "product"),
        sellers=await legal_entities.all_of_them(conn),
        seller=await settings_changes.last(conn, "legal_entity"),
        mails=await list_templates(conn),
        policy=await policies.rules(conn),
        version=await policies.newest(conn),
        dunning=next(iter(await changes_of(conn, DUNNING, 1)), None),
        people=await account_managers.all_of_them(conn),
        names=await supervisors.names_of_staff(conn),
    )
