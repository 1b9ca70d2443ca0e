-- no-transaction
-- Offers of a period, for the report on managers.
CREATE INDEX CONCURRENTLY IF NOT EXISTS offers_sent ON offers (sent_at) INCLUDE (created_by) WHERE sent_at IS NOT NULL;
