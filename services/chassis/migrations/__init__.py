"""Numbered SQL of the chassis: every tier's database carries these tables."""
