"""Pure rules of the operators' service: how the tiers' parts become one story, and the planner."""
