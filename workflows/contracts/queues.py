"""Task queues: one per tier, and a tier's worker polls no other."""

from workflows.contracts.base import Tier

LEAD_GEN = "lead-gen"
CONVERSION = "conversion"
ACCOUNT_MGMT = "account-mgmt"

BY_TIER = {Tier.LEAD_GEN: LEAD_GEN, Tier.CONVERSION: CONVERSION, Tier.ACCOUNT_MGMT: ACCOUNT_MGMT}
