-- no-transaction
-- Every few seconds it is asked which invoices are open after their last reminder; those that were never reminded are many.
CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_undecided ON invoices (coalesce(dunning_at, due_at)) WHERE state = 'open' AND collected_at IS NULL AND dunning > 0;
