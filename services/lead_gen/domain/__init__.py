"""Pure rules of tier 1: no I/O, no clock."""
