-- no-transaction
-- Leads by when they came, for the cohorts by arrival.
CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_by_arrival ON leads (created_at) INCLUDE (id, campaign_id)
    WHERE merged_into IS NULL;
