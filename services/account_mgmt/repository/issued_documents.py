"""What invoices and credit notes said when they were issued, and the files made of that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.account_mgmt.domain.issued_documents import IssuedDocument, forgotten
from services.chassis.db import Connection

FileForm = Literal["pdf", "factur-x", "xml"]


async def add(conn: Connection, document_id: str, invoice_id: str, said: IssuedDocument) -> None:
    """Write what a document says, once: if it is written already, that holds."""
    await conn.execute(
        "INSERT INTO issued_documents (id, invoice_id, said) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        document_id,
        invoice_id,
        said,
    )


async def find(conn: Connection, document_id: str) -> IssuedDocument | None:
    """What the invoice or credit note says; none if an older process issued it and nobody has looked at it yet."""
    said = await conn.fetchval("SELECT said FROM issued_documents WHERE id = $1", document_id)
    return None if said is None else IssuedDocument.of(said)


async def unwritten(conn: Connection, limit: int) -> list[str]:
    """Invoices of which, or of a credit note of which, it is not written what they say; in order of issue."""
    rows = await conn.fetch(
        """SELECT i.id FROM invoices i
            WHERE NOT EXISTS (SELECT FROM issued_documents d WHERE d.id = i.id)
               OR EXISTS (SELECT FROM credit_notes n WHERE n.invoice_id = i.id
                             AND NOT EXISTS (SELECT FROM issued_documents d WHERE d.id = n.id))
            ORDER BY i.issued_at, i.id LIMIT $1""",
        limit,
    )
    return [row["id"] for row in rows]


async def file(conn: Connection, document_id: str, form: FileForm) -> bytes | None:
    """The file of a document, if it was made."""
    found: bytes | None = await conn.fetchval(
        "SELECT content FROM issued_files WHERE document_id = $1 AND form = $2", document_id, form
    )
    return found


async def keep_file(conn: Connection, document_id: str, form: FileForm, content: bytes) -> bytes:
    """Keep a file that was just made; the one that is kept, which somebody else may have made a moment before."""
    await conn.execute(
        "INSERT INTO issued_files (document_id, form, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        document_id,
        form,
        content,
    )
    return await file(conn, document_id, form) or content


async def forget(conn: Connection, customer_id: str, invoices_before: datetime, notes_before: datetime) -> None:
    """Erase the buyer and what was written by hand from documents that need not be kept any more, and their files."""
    rows = await conn.fetch(
        """SELECT d.id, d.said FROM issued_documents d JOIN invoices i ON i.id = d.invoice_id
             LEFT JOIN credit_notes n ON n.id = d.id
            WHERE i.customer_id = $1 AND i.state <> 'open' AND d.said #>> '{buyer,name}' <> 'erased'
              AND CASE WHEN n.id IS NULL THEN i.issued_at < $2 ELSE n.issued_at < $3 END""",
        customer_id,
        invoices_before,
        notes_before,
    )
    await conn.executemany(
        "UPDATE issued_documents SET said = $2 WHERE id = $1",
        [(row["id"], forgotten(IssuedDocument.of(row["said"]))) for row in rows],
    )
    await _drop_files(conn, [row["id"] for row in rows])


async def _drop_files(conn: Connection, document_ids: Sequence[str]) -> None:
    await conn.execute("DELETE FROM issued_files WHERE document_id = ANY($1::uuid[])", list(document_ids))
