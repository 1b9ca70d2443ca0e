-- no-transaction
-- What changed hands lately, for the page that shows how a take-over went.
CREATE INDEX CONCURRENTLY IF NOT EXISTS timeline_taken_over ON timeline (at) WHERE kind = 'taken_over';
