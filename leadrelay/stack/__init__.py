"""The embedded stack: PostgreSQL, Temporal and every Leadrelay process on one machine."""
