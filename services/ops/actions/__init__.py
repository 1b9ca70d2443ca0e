"""What operators ask for: gathered from the tiers and from Temporal."""
