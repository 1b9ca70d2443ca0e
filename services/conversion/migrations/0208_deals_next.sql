-- no-transaction
-- The list of all open deals by their next step, with the order of those that are due at the same moment.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deals_next ON deals (next_action_at, id)
    WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
