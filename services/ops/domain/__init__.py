"""Pure rules of the operators' service."""
