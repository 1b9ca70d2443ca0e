"""All SQL of tier 2, one module per entity. Every function takes the connection whose transaction it works in."""
