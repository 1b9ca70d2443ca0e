"""The embedded stack: PostgreSQL, Temporal and every process of the house on one machine."""
