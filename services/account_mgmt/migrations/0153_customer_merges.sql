-- Two customers who are one: who was kept, who went, and everything that moved, so that it can be undone.
CREATE TABLE customer_merges (
    id        uuid        PRIMARY KEY,
    kept      uuid        NOT NULL REFERENCES customers (id),
    gone      uuid        NOT NULL REFERENCES customers (id),
    moved     jsonb       NOT NULL,
    by        text        NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    undone_by text,
    undone_at timestamptz,
    CHECK (kept <> gone)
);
CREATE INDEX customer_merges_kept ON customer_merges (kept, at, id);
CREATE INDEX customer_merges_gone ON customer_merges (gone, at, id);
ALTER TABLE customers ADD COLUMN merged_into uuid REFERENCES customers (id);
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;
