-- no-transaction
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS credit_notes_reference ON credit_notes (invoice_id, reference)
    WHERE reference IS NOT NULL;
