"""When customers buy next, from their own purchases: models of counts for the irregular, of gaps for the regular."""
