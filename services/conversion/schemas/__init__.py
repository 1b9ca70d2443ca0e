"""Bodies and answers of tier 2's routes, one module per entity."""
