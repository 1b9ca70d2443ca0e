-- no-transaction
-- orders_counted serves what this one did.
DROP INDEX CONCURRENTLY IF EXISTS orders_placed;
