-- no-transaction
-- deals_next serves what this one did.
DROP INDEX CONCURRENTLY IF EXISTS deals_overdue;
