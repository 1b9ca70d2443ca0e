"""Whole days of people at their desks, and what goes wrong in them: `make journeys`."""
