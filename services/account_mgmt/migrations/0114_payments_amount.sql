-- no-transaction
-- What the bank took back is sought among the payments of its amount.
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_amount ON payments (amount, paid_at) WHERE reversed_at IS NULL;
