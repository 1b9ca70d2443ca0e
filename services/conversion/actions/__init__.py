"""What people of tier 2 do: each function is one decision, written in the caller's transaction."""
