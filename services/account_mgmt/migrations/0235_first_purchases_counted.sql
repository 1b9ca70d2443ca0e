-- no-transaction
-- Reports count first purchases of a time by customer, without looking at the rows themselves.
CREATE INDEX CONCURRENTLY IF NOT EXISTS first_purchases_counted ON first_purchases (placed_at) INCLUDE (customer_id, began_at);
