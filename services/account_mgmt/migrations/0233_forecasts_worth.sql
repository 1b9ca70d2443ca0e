-- no-transaction
-- Customers at risk, the most valuable first, without sorting all of them.
CREATE INDEX CONCURRENTLY IF NOT EXISTS forecasts_worth ON forecasts (order_value DESC, customer_id DESC);
