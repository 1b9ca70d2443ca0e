"""Tier 1, lead generation: the register of every lead, the callers' queue, campaigns, inbound routing."""
