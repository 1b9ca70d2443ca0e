"""Bodies and answers of the operators' service."""
