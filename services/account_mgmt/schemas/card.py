"""The customer card: the working instruction as data."""

from __future__ import annotations

from services.account_mgmt.domain.card import Card


class CardView(Card):
    """The working instruction for one customer."""
