"""Bodies about the tier's policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from services.chassis.http import Body, Model
from services.chassis.meanings import STORED
from services.chassis.policies import PolicyVersion
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

    @classmethod
    def of(cls, version: PolicyVersion) -> Self:
        """As it was written, by whatever rules held then."""
        return cls.model_validate(version.model_dump(), context=STORED)

    @classmethod
    def of_all(cls, versions: Iterable[PolicyVersion]) -> list[Self]:
        """Several versions, in their order."""
        return [cls.of(version) for version in versions]
