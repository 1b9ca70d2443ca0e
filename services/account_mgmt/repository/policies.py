"""The tier's policy, version after version."""

from __future__ import annotations

from services.account_mgmt.domain.policy import Policy
from services.chassis.policies import Policies

policies = Policies(Policy)
