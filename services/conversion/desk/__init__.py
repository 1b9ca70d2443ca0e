"""Tier 2's pages: the deal board, lists, calendar and commission of a manager, and the page of one deal."""
