"""Tier 3, account management: customers, orders, invoices, and the nudge for the next purchase."""
