"""Tier 3's REST, one module per resource."""
