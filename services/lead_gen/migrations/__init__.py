"""Numbered SQL of tier 1's database."""
