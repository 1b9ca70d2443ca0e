-- no-transaction
-- Reports count the orders of a time by customer, without looking at the orders themselves.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_counted ON orders (placed_at) INCLUDE (customer_id, contract_id, source, currency, total, tax) WHERE state = 'placed';
