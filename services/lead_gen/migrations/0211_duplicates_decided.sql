-- no-transaction
-- What was decided on pairs of leads, the last first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS lead_duplicates_decided ON lead_duplicates (state, decided_at DESC, id DESC)
 WHERE state <> 'open';
