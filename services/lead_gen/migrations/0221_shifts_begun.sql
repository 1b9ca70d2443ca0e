-- no-transaction
-- Since when there has been work: a report without a beginning begins there.
CREATE INDEX CONCURRENTLY IF NOT EXISTS shifts_begun ON shifts (signed_on_at) WHERE signed_on_at IS NOT NULL;
