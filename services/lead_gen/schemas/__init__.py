"""Bodies and answers of tier 1's routes, one module per entity."""
