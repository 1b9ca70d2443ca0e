-- no-transaction
-- A customer is found by a part of their name, in whatever alphabet it is written.
CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_sought ON customers
    USING gin (folded_name(contact->>'company') gin_trgm_ops);
