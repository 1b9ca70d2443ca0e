"""Pure rules of tier 3: no I/O, no clock."""
