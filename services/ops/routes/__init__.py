"""The operators' REST routes."""
