"""The process: workflow definitions and the contracts between the tiers."""
