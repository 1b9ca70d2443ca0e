-- no-transaction
-- Whose customer it is, for reports that go through all of them; the rows themselves are wide.
CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_of ON customers (id) INCLUDE (account_manager);
