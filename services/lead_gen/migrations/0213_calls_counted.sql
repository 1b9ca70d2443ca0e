-- no-transaction
-- Calls by time with all that reports count of them, so that they are counted in the index alone.
CREATE INDEX CONCURRENTLY IF NOT EXISTS calls_counted ON calls (at)
    INCLUDE (lead_id, campaign_id, caller, outcome, script_id, talk_seconds);
