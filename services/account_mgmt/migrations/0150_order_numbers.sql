-- no-transaction
-- Imported orders are found by the number that they had elsewhere.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_imported_number ON orders (upper(imported_number))
    WHERE imported_number IS NOT NULL
