"""The process: one workflow for each thing that takes its time, and the contracts between the tiers."""
