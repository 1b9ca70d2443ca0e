"""Numbered SQL of tier 3's database."""
