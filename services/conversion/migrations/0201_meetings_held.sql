-- no-transaction
-- Meetings of a period, for the report on managers.
CREATE INDEX CONCURRENTLY IF NOT EXISTS meetings_held ON meetings (starts_at) INCLUDE (manager) WHERE state = 'held';
