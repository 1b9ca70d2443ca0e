"""All SQL of tier 1. Every function takes the caller's connection, and so its transaction."""
