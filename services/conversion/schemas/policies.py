"""Bodies about the tier's policy."""

from __future__ import annotations

from datetime import datetime

from services.chassis.http import Body, Model
from services.conversion.domain.policy import STANDARD, Policy
from services.conversion.schemas.common import example


class NewPolicy(Body):
    """The whole policy, as `GET /v1/policies` shows it."""

    model_config = example(body=STANDARD.model_dump(mode="json"))

    body: Policy


class PolicyAnswer(Model):
    """One version of the tier's rules. A deal keeps the version it began with."""

    version: int
    body: Policy
    created_by: str
    created_at: datetime
