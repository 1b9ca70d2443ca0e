"""Tier 2: hand-overs, deals, meetings, offers, closing, and the commission ledger."""
