"""Backups of the tiers' databases: taken beside people at work, looked at, and brought back."""
