"""All SQL of tier 3. Every function takes the caller's connection, and so its transaction."""
