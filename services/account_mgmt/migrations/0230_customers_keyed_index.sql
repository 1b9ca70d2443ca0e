-- no-transaction
-- Whose keys are still those of older rules; merged customers are recognised as whom they were merged into.
CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_keyed ON customers (keyed, id) WHERE merged_into IS NULL;
