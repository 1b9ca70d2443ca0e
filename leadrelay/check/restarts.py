"""Starting a workflow again from its record, by the tier's own outbox: as its tier would have started it.

Each takes a connection to the tier's database, inside a transaction, and says what it did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from services.account_mgmt.actions.restarts import go_on_with_care
from services.chassis.db import Connection
from services.conversion.actions.restarts import offer_again
from services.lead_gen.actions.restarts import call_from_the_beginning, feed_callers_again

NOT_OPEN = "nothing to do: its record is not open any more"
BY_PREFIX: Mapping[str, Callable[[Connection, str], Awaitable[str | None]]] = {
    "cold-call": call_from_the_beginning,
    "conversion": offer_again,
    "customer": go_on_with_care,
    "campaign": feed_callers_again,
}
"""How to start a workflow again, by the beginning of its id; what follows the colon is the record's id."""
