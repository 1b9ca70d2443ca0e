"""Tier 3's pages."""
