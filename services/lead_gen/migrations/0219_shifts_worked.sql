-- no-transaction
-- Hours of work read the shifts of their time: those that ended after it had begun.
CREATE INDEX CONCURRENTLY IF NOT EXISTS shifts_worked ON shifts (coalesce(signed_off_at, ends_at)) WHERE signed_on_at IS NOT NULL;
