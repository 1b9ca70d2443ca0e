-- no-transaction
-- The latest refunds are listed.
CREATE INDEX CONCURRENTLY IF NOT EXISTS refunds_made ON refunds (made_at DESC, id DESC);
