-- no-transaction
-- Sums of what is owed are read from the index alone, with what was given back and written off.
CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_owing ON invoices (customer_id, due_at)
    INCLUDE (currency, total, paid, credited, refunded, written_off) WHERE state = 'open';
