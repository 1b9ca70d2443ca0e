"""Tier 1's REST, one module per resource."""
