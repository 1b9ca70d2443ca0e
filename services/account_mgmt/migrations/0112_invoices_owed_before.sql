-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS invoices_owed;
