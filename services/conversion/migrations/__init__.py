"""Numbered SQL of tier 2."""
