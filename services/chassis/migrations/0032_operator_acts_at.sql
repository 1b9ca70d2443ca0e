-- no-transaction
-- The audit reads operators' acts in order of time, of all leads.
CREATE INDEX CONCURRENTLY IF NOT EXISTS operator_acts_at ON operator_acts (at, id);
