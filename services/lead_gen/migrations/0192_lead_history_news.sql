-- no-transaction
-- What tier 2 made of a lead, for the same reports.
CREATE INDEX CONCURRENTLY IF NOT EXISTS lead_history_news ON lead_history (lead_id, stage, at)
    WHERE stage IN ('accepted', 'won');
