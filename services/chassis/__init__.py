"""Infrastructure without business words, shared by the three tiers. Imports `workflows.contracts` at most."""
