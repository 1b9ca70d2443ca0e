"""The tier's policy, version after version."""

from __future__ import annotations

from services.chassis.policies import Policies
from services.conversion.domain.policy import Policy

policies = Policies(Policy)
