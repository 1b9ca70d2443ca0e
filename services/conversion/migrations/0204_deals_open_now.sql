-- no-transaction
-- How open deals stand, of each manager and each stage, without reading the deals: the report counts all of them.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deals_open_now ON deals (owner, stage)
    INCLUDE (next_action_at, accepted_at, stage_since)
    WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
