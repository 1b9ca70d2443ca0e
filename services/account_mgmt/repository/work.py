"""Whose open work is: while account managers are away, when it is escalated, and when a customer changes hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.account_mgmt.domain.portfolio import CustomerProfile
from services.chassis.db import Connection
from services.chassis.work_items import WorkItem


def acts_for(person: str, is_supervisor: str) -> str:
    """The condition that somebody acts for the customer `c` of work that lies with nobody, as SQL.

    `person` and `is_supervisor` are the placeholders of who asks. It is the rule of `ownership.may_act_for`.
    """
    return f"""({is_supervisor} OR c.account_manager IS NULL OR c.account_manager = {person}
        OR c.account_manager IN (SELECT manager FROM absences WHERE cover = {person} AND during @> now()))"""  # noqa: S608 - placeholders


async def of_absent(conn: Connection, kinds: Sequence[str], limit: int) -> list[tuple[WorkItem, CustomerProfile]]:
    """Open work of account managers who are away, with its customer, the most urgent first; locked."""
    rows = await conn.fetch(
        """SELECT w.*, c.id AS customer_id, c.segment, c.contact->>'size' AS size, c.account_manager
             FROM absences a JOIN work_items w ON w.assignee = a.manager AND w.kind = ANY($1) AND w.state = 'open'
             JOIN customers c ON c.id = w.lead_id
            WHERE a.during @> now() ORDER BY w.priority DESC, w.opened_at LIMIT $2 FOR UPDATE OF w SKIP LOCKED""",
        list(kinds),
        limit,
    )
    return [(WorkItem.model_validate(dict(row)), CustomerProfile.of(row)) for row in rows]


async def cover(conn: Connection, item_id: str, person: str, owner: str) -> None:
    """Give an open item to whoever covers for its owner."""
    await conn.execute(
        """UPDATE work_items SET assignee = $2, payload = payload || jsonb_build_object('cover_for', $3::text)
            WHERE id = $1""",
        item_id,
        person,
        owner,
    )


async def give_back(conn: Connection, kinds: Sequence[str]) -> set[str]:
    """What was covered and is still open goes back to the account managers who have returned; who they are."""
    rows = await conn.fetch(
        """UPDATE work_items w SET assignee = c.account_manager, payload = w.payload - 'cover_for'
             FROM customers c
            WHERE c.id = w.lead_id AND w.state = 'open' AND w.kind = ANY($1) AND w.payload ? 'cover_for'
              AND c.account_manager IS NOT NULL AND w.assignee IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM absences a WHERE a.manager = c.account_manager AND a.during @> now())
           RETURNING w.assignee""",
        list(kinds),
    )
    return {row["assignee"] for row in rows}


async def reassign(conn: Connection, assignments: Mapping[str, str], kinds: Sequence[str]) -> None:
    """Give the open work of each of these customers to the person who gets the customer."""
    await conn.execute(
        """UPDATE work_items w SET assignee = a.manager, group_key = ''
             FROM unnest($1::uuid[], $2::text[]) AS a (customer_id, manager)
            WHERE w.lead_id = a.customer_id AND w.state = 'open' AND w.kind = ANY($3)""",
        list(assignments),
        list(assignments.values()),
        list(kinds),
    )


async def escalate(conn: Connection, item_id: str, priority: int) -> None:
    """An open item lies with nobody in particular: further up in the list, and on the supervisors' lists too."""
    await conn.execute(
        "UPDATE work_items SET assignee = NULL, priority = $2 WHERE id = $1 AND state IN ('open', 'leased')",
        item_id,
        priority,
    )


async def end_dunning(conn: Connection, invoice_id: str, customer_id: str, result: str) -> list[str]:
    """Nobody needs to ask for the money of this invoice any more; the ids of the items that end.

    Among them the supervisor's decision about it, and what a reminder that did not arrive had left to do.
    """
    rows = await conn.fetch(
        """UPDATE work_items SET state = 'cancelled', result = $3, closed_at = now(), leased_by = NULL,
                  lease_until = NULL
            WHERE lead_id = $2 AND state IN ('open', 'leased')
              AND (kind IN ('dunning', 'debt') AND payload->>'invoice_id' = $1
                   OR kind = 'mail' AND payload->>'mail_id' IN (
                      SELECT id::text FROM mails WHERE lead_id = $2 AND purpose = 'dunning' AND strpos(key, $1) > 0))
           RETURNING id""",
        invoice_id,
        customer_id,
        result,
    )
    return [row["id"] for row in rows]


async def write_instead_of_calling(conn: Connection, customer_id: str) -> None:
    """Calls for money that are still to be made become letters."""
    await conn.execute(
        """UPDATE work_items SET payload = (payload - 'not_before') || jsonb_build_object('way', 'post', 'letter',
                  format('/v1/invoices/%s/letter.pdf?level=%s', payload->>'invoice_id', payload->>'level'))
            WHERE lead_id = $1 AND kind = 'dunning' AND state IN ('open', 'leased')
              AND coalesce(payload->>'way', 'call') = 'call'""",
        customer_id,
    )


async def is_doing(conn: Connection, customer_id: str, person: str) -> bool:
    """Has this person open work of the customer?"""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT 1 FROM work_items WHERE lead_id = $1 AND assignee = $2
                                 AND state IN ('open', 'leased'))""",
            customer_id,
            person,
        )
    )


async def open_of(conn: Connection, customer_id: str, kinds: Sequence[str]) -> int:
    """How many open items of these kinds a customer has."""
    count: int = await conn.fetchval(
        "SELECT count(*) FROM work_items WHERE lead_id = $1 AND kind = ANY($2) AND state IN ('open', 'leased')",
        customer_id,
        list(kinds),
    )
    return count


async def open_ids(conn: Connection, customer_id: str, kind: str) -> list[str]:
    """The open items of a kind that a customer has, the oldest first."""
    rows = await conn.fetch(
        """SELECT id FROM work_items WHERE lead_id = $1 AND kind = $2 AND state IN ('open', 'leased')
            ORDER BY opened_at, id""",
        customer_id,
        kind,
    )
    return [row["id"] for row in rows]
