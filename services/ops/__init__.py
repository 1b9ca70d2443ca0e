"""Operators' service. For now: the codec endpoint that lets the Temporal UI show what workflows carry."""
