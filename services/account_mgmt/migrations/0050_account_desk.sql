-- What the account desk asks for: one person's answers of today, customers by name, and whom to contact when.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX nudges_answered ON nudges (answered_by, answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX customers_name ON customers (lower(contact->>'company'), id);
CREATE INDEX customers_owned ON customers (account_manager, lower(contact->>'company'), id);
CREATE INDEX customers_next_nudge ON customers (account_manager, next_nudge_at) WHERE next_nudge_at IS NOT NULL;
CREATE INDEX customers_like ON customers USING gin (lower(contact->>'company') gin_trgm_ops);
