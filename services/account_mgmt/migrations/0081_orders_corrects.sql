-- no-transaction
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS orders_corrects ON orders (corrects) WHERE corrects IS NOT NULL;
