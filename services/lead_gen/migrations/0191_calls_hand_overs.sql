-- no-transaction
-- Calls that handed a lead over, by time, so that a report of a month reads the calls of that month.
CREATE INDEX CONCURRENTLY IF NOT EXISTS calls_hand_overs ON calls (at) WHERE outcome IN ('interested', 'hard_question');
