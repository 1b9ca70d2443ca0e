"""Tier 1's pages."""
