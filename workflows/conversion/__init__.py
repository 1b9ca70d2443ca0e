"""Tier 2's workflow: its story, how a manager is found, the answers it takes, the activities it asks for."""
