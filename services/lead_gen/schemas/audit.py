"""The audit of contact data."""

from __future__ import annotations

from services.chassis.http import Model
from services.lead_gen.domain.audit import AuditLine


class AuditView(AuditLine, Model):
    """One line of the audit. `rows` and `completed_at` stay empty for an export that broke off."""
