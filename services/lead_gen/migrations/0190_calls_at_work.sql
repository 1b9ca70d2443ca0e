-- no-transaction
-- Calls per caller and time with what hours of work are shared out by, so that they are counted in the index alone.
CREATE INDEX CONCURRENTLY IF NOT EXISTS calls_at_work ON calls (caller, at) INCLUDE (campaign_id, script_id, shift_id);
