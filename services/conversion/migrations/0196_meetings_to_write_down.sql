-- no-transaction
-- Meetings that are booked, by their end: those that are over are to be written down.
CREATE INDEX CONCURRENTLY IF NOT EXISTS meetings_to_write_down ON meetings (ends_at) WHERE state = 'booked';
