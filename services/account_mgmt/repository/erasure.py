"""Erasing people: what the law makes a company keep stays for its time, everything else goes at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.account_mgmt.domain.retention import KeptSince
from services.account_mgmt.repository import issued_documents
from services.chassis.contacts.identity import keys_of
from services.chassis.db import Connection
from services.chassis.records import Record
from workflows.contracts.base import ContactCard

# What an invoice says of its buyer.
_BILLING = ["lead_id", "company", "tax_id", "city", "language"]
_AT_ONCE = (
    "DELETE FROM people WHERE customer_id = ANY($1::uuid[])",
    "DELETE FROM customer_keys WHERE customer_id = ANY($1::uuid[])",
    "DELETE FROM customer_changes WHERE customer_id = ANY($1::uuid[])",
    "DELETE FROM order_drafts WHERE customer_id = ANY($1::uuid[])",
    "DELETE FROM forecasts WHERE customer_id = ANY($1::uuid[])",
    """UPDATE need_changes SET text = 'erased', note = NULL
        WHERE need_id IN (SELECT id FROM needs WHERE customer_id = ANY($1::uuid[]))""",
    "UPDATE needs SET text = 'erased' WHERE customer_id = ANY($1::uuid[])",
    "UPDATE never_offer SET reason = NULL WHERE customer_id = ANY($1::uuid[])",
    "UPDATE nudges SET note = NULL WHERE customer_id = ANY($1::uuid[])",
    """UPDATE orders SET note = NULL, reason = CASE WHEN reason IS NOT NULL THEN 'erased' END
        WHERE customer_id = ANY($1::uuid[])""",
    """UPDATE contract_periods SET reason = NULL, state = CASE WHEN state = 'failed' THEN 'skipped' ELSE state END,
              mail = CASE WHEN mail = 'sent' THEN mail END
        WHERE contract_id IN (SELECT id FROM contracts WHERE customer_id = ANY($1::uuid[]))""",
    """UPDATE contracts SET state = 'ended', reason = 'erased', next_at = NULL, name = 'erased', lines = '[]',
              updated_at = now() WHERE customer_id = ANY($1::uuid[])""",
    """UPDATE import_rows SET original = NULL, reason = CASE WHEN reason IS NOT NULL THEN 'erased' END
        WHERE lead_id = ANY($1::uuid[])""",
    # What a merge moved names numbers and addresses, and what the card said before.
    """UPDATE customer_merges SET moved = jsonb_build_object('state', moved->'state', 'rows',
              (moved->'rows') - '{customer_keys,mail_addresses,payer_accounts}'::text[])
        WHERE kept = ANY($1::uuid[]) OR gone = ANY($1::uuid[])""",
    """UPDATE dunning_decisions SET reason = 'erased'
        WHERE reason <> '' AND invoice_id IN (SELECT id FROM invoices WHERE customer_id = ANY($1::uuid[]))""",
)
_WRITTEN_ON_ORDERS = (
    """UPDATE order_lines l SET description = 'erased' FROM orders o LEFT JOIN invoices i ON i.order_id = o.id
        WHERE o.id = l.order_id AND o.customer_id = $1 AND l.product_id IS NULL AND l.description <> 'erased'
          AND o.placed_at < $2 AND (i.id IS NULL OR (i.issued_at < $3 AND i.state <> 'open'))""",
    """UPDATE order_lines l SET charges = (
               SELECT jsonb_agg(one || '{"reason": "erased"}' ORDER BY n)
                 FROM jsonb_array_elements(l.charges) WITH ORDINALITY AS all_of (one, n))
         FROM orders o LEFT JOIN invoices i ON i.order_id = o.id
        WHERE o.id = l.order_id AND o.customer_id = $1
          AND EXISTS (SELECT FROM jsonb_array_elements(l.charges) AS one WHERE one->>'reason' <> 'erased')
          AND o.placed_at < $2 AND (i.id IS NULL OR (i.issued_at < $3 AND i.state <> 'open'))""",
    """UPDATE order_allowance_charges a SET reason = 'erased' FROM orders o LEFT JOIN invoices i ON i.order_id = o.id
        WHERE o.id = a.order_id AND o.customer_id = $1 AND a.reason <> 'erased'
          AND o.placed_at < $2 AND (i.id IS NULL OR (i.issued_at < $3 AND i.state <> 'open'))""",
)
_INVOICES = "invoice_id IN (SELECT id FROM invoices WHERE customer_id = $1)"
_CORRECTIONS = (
    f"""UPDATE payment_reversals SET reason = 'erased', reference = 'erased:' || payment_id
         WHERE {_INVOICES} AND created_at < $2 AND reason <> 'erased'""",  # noqa: S608 - a constant
    f"""UPDATE write_offs SET reason = 'erased', undone_reason = CASE WHEN undone_at IS NOT NULL THEN 'erased' END
         WHERE {_INVOICES} AND at < $2 AND reason <> 'erased'""",  # noqa: S608 - a constant
    """UPDATE surplus_moves SET reason = 'erased'
        WHERE from_invoice IN (SELECT id FROM invoices WHERE customer_id = $1) AND moved_at < $2
          AND reason <> 'erased'""",
)
_REJECTED = """
UPDATE import_rows SET original = NULL, reason = 'erased'
 WHERE verdict = 'rejected' AND original IS NOT NULL
   AND (regexp_replace(original::text, '\\D', '', 'g') LIKE ANY($1) OR strpos(lower(original::text), $2) > 0)
"""


class Standing(Record):
    """How things stand with a customer who was erased: the state, and whether money is still owed."""

    customer_id: str
    state: str
    owes: bool
    by: str


async def hold(conn: Connection, customer_id: str) -> bool:
    """Let erasing and opening this customer take turns; whether it was erased."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('erase:' || $1, 0))", customer_id)
    return await is_erased(conn, customer_id)


async def is_erased(conn: Connection, customer_id: str) -> bool:
    """Whether this customer was erased."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM erasures WHERE customer_id = $1)", customer_id))


async def remember(conn: Connection, customer_ids: Sequence[str], by: str, at: datetime) -> None:
    """Keep that these were erased; there is nothing left to do for those who are no customers."""
    await conn.execute(
        """INSERT INTO erasures (customer_id, erased_at, by, done_at)
           SELECT id, $2::timestamptz, $3,
                  CASE WHEN NOT EXISTS (SELECT FROM customers c WHERE c.id = asked.id) THEN $2::timestamptz END
             FROM unnest($1::uuid[]) AS asked (id)
           ON CONFLICT (customer_id) DO UPDATE SET done_at = excluded.done_at""",
        list(customer_ids),
        at,
        by,
    )


async def erase(conn: Connection, customer_ids: Sequence[str]) -> list[Standing]:
    """Erase what nothing makes us keep; how things stand with those of them who are customers, locked."""
    ids = list(customer_ids)
    rows = await conn.fetch("SELECT contact FROM customers WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", ids)
    for row in rows:
        await _erase_rejected_rows(conn, ContactCard.model_validate(row["contact"]))
    for statement in _AT_ONCE:
        await conn.execute(statement, ids)
    await conn.execute(
        """UPDATE customers SET contact = (SELECT jsonb_object_agg(key, value) FROM jsonb_each(contact)
                                            WHERE key = ANY($2)), next_nudge_at = NULL, updated_at = now()
            WHERE id = ANY($1::uuid[])""",
        ids,
        _BILLING,
    )
    return await standings(conn, ids)


async def _erase_rejected_rows(conn: Connection, contact: ContactCard) -> None:
    """Rejected rows of imports belong to nobody; they are found by their contents."""
    phones = [f"%{phone[-9:]}%" for phone in contact.phones]
    known = keys_of(tax_id=None, email=contact.email, website=None)
    if phones or known:
        await conn.execute(_REJECTED, phones, known[0].removeprefix("e:") if known else "\n")


async def standings(conn: Connection, customer_ids: Sequence[str]) -> list[Standing]:
    """How things stand with these customers who were erased."""
    rows = await conn.fetch(
        """SELECT c.id AS customer_id, c.state, e.by,
                  EXISTS (SELECT FROM invoices i WHERE i.customer_id = c.id AND i.state = 'open') AS owes
             FROM customers c JOIN erasures e ON e.customer_id = c.id
            WHERE c.id = ANY($1::uuid[]) ORDER BY c.id""",
        list(customer_ids),
    )
    return Standing.of_all(rows)


async def unfinished(conn: Connection, after: str | None, limit: int) -> list[str]:
    """The next customers of whom something is still kept."""
    rows = await conn.fetch(
        """SELECT customer_id FROM erasures WHERE done_at IS NULL AND ($1::uuid IS NULL OR customer_id > $1)
            ORDER BY customer_id LIMIT $2""",
        after,
        limit,
    )
    return [row["customer_id"] for row in rows]


async def erase_expired(conn: Connection, customer_id: str, since: KeptSince) -> None:
    """Erase of the customer's documents what need not be kept any more."""
    for statement in _WRITTEN_ON_ORDERS:
        await conn.execute(statement, customer_id, since.orders, since.invoices)
    await conn.execute(
        f"""UPDATE credit_notes SET reason = 'erased'
             WHERE {_INVOICES} AND issued_at < $2 AND reason <> 'erased'""",  # noqa: S608 - a constant
        customer_id,
        since.credit_notes,
    )
    for statement in _CORRECTIONS:
        await conn.execute(statement, customer_id, since.payments)
    for table, time in (("payments", "paid_at"), ("refunds", "made_at")):
        await conn.execute(
            f"""UPDATE {table} SET reference = 'erased:' || id
                 WHERE {_INVOICES} AND {time} < $2 AND NOT starts_with(reference, 'erased:')""",  # noqa: S608 - constants
            customer_id,
            since.payments,
        )
    await conn.execute(
        f"""UPDATE bank_transfers SET payer_name = '', payer_iban = '', payer_tax_id = '', purpose = '', reference = ''
             WHERE id IN (SELECT transfer_id FROM bank_bookings WHERE {_INVOICES})
               AND booked_on < $2::timestamptz""",  # noqa: S608 - a constant
        customer_id,
        since.payments,
    )
    await issued_documents.forget(conn, customer_id, since.invoices, since.credit_notes)
    await conn.execute(
        """DELETE FROM payer_accounts WHERE customer_id = $1
              AND NOT EXISTS (SELECT FROM invoices WHERE customer_id = $1 AND state = 'open')""",
        customer_id,
    )


async def finish(conn: Connection, customer_id: str, since: KeptSince, at: datetime) -> bool:
    """Erase the company's name too, once no document is kept that shows it; whether it was done."""
    done = await conn.fetchval(
        f"""UPDATE customers SET contact = jsonb_build_object('lead_id', id, 'company', 'erased'), billing = '{{}}',
                                 updated_at = now()
             WHERE id = $1
               AND NOT EXISTS (SELECT FROM orders WHERE customer_id = $1 AND placed_at >= $2)
               AND NOT EXISTS (SELECT FROM invoices WHERE customer_id = $1 AND (state = 'open' OR issued_at >= $3))
               AND NOT EXISTS (SELECT FROM credit_notes WHERE {_INVOICES} AND issued_at >= $4)
               AND NOT EXISTS (SELECT FROM payments WHERE {_INVOICES} AND paid_at >= $5)
               AND NOT EXISTS (SELECT FROM refunds WHERE {_INVOICES} AND made_at >= $5)
         RETURNING true""",  # noqa: S608 - a constant
        customer_id,
        since.orders,
        since.invoices,
        since.credit_notes,
        since.payments,
    )
    if done:
        await conn.execute("UPDATE erasures SET done_at = $2 WHERE customer_id = $1", customer_id, at)
    return bool(done)
