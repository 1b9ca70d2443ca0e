"""Other products to offer a customer."""

from __future__ import annotations

from services.account_mgmt.domain.suggestions import Suggestion


class SuggestionView(Suggestion):
    """Another product with its evidence.

    Of the `buyers` of `because_of`, `support` bought this one too: `confidence` of them, where `share` of all
    customers did, which is `lift` times as many. `need` is what the customer said they need, if they did.
    """
