-- What the account desk asks for: one person's answers of today, customers by name, whom to contact when, one story.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX nudges_answered ON nudges (answered_by, answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX customers_name ON customers (lower(contact->>'company'), id);
CREATE INDEX customers_owned ON customers (account_manager, lower(contact->>'company'), id);
CREATE INDEX customers_segment ON customers (segment, lower(contact->>'company'), id);
CREATE INDEX customers_next_nudge ON customers (account_manager, next_nudge_at) WHERE next_nudge_at IS NOT NULL;
CREATE INDEX customers_like ON customers USING gin ((contact->>'company') gin_trgm_ops);
CREATE INDEX people_phones ON people USING gin (phones);
CREATE INDEX work_items_story ON work_items (lead_id, opened_at);

-- Whose customer it was, from when on, and who said so.
CREATE TABLE owner_changes (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id     uuid        NOT NULL REFERENCES customers (id),
    account_manager text        NOT NULL,
    by              text        NOT NULL,
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX owner_changes_customer ON owner_changes (customer_id, at);
