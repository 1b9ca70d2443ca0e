-- no-transaction
-- What is owed, the longest due first: thousands fall due at the same moment, and are in order here.
CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_due ON invoices (due_at, id) WHERE state = 'open';
