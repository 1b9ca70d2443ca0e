-- no-transaction
-- What happened to the sales of a customer is read with every event of their money.
CREATE INDEX CONCURRENTLY IF NOT EXISTS commission_events_customer ON commission_events (lead_id, sale_id);
