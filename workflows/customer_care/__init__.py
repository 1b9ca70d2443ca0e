"""Tier 3's workflow: its story, its state, the answers it takes, the activities it asks for."""
