"""The rules of tier 2. Pure: no database, no HTTP, no Temporal, no clock."""
