"""Work for people: open, claim under a lease with a fencing token, extend, release, complete, cancel, expire.

A row is handed to one person at a time (`FOR UPDATE SKIP LOCKED`). The token grows with every claim, so whoever
held the lease before can no longer answer: their token is stale. No business words here; `kind` and `group_key`
are the tiers' own.
"""

from services.chassis.work_items.closing import cancel, cancel_for_lead, complete, expire, reopen, reopen_free
from services.chassis.work_items.items import (
    NewItem,
    WorkItem,
    get,
    list_items,
    open_item,
    open_items,
    raise_priority,
    reassign,
    reassign_for_lead,
)
from services.chassis.work_items.leasing import (
    claim,
    claim_one,
    extend,
    open_groups,
    open_groups_sql,
    release,
    return_expired,
)

__all__ = [
    "NewItem",
    "WorkItem",
    "cancel",
    "cancel_for_lead",
    "claim",
    "claim_one",
    "complete",
    "expire",
    "extend",
    "get",
    "list_items",
    "open_groups",
    "open_groups_sql",
    "open_item",
    "open_items",
    "raise_priority",
    "reassign",
    "reassign_for_lead",
    "release",
    "reopen",
    "reopen_free",
    "return_expired",
]
