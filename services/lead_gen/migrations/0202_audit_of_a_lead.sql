-- no-transaction
-- What was done to one lead, for its story.
CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_lead ON audit (lead_id, at) WHERE lead_id IS NOT NULL;
