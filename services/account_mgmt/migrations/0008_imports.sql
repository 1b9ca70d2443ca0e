-- Customers of before with the orders they made elsewhere. The tables of an import are the same in each tier.
CREATE TABLE imports (
    id             uuid        PRIMARY KEY,
    filename       text        NOT NULL,
    dry_run        boolean     NOT NULL,
    default_region text        NOT NULL,
    mapping        jsonb       NOT NULL,
    encoding       text        NOT NULL,
    delimiter      text        NOT NULL,
    header         text[]      NOT NULL,
    format         text        NOT NULL,
    expected_rows  int,
    state          text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    error          text,
    rows           int         NOT NULL DEFAULT 0,
    accepted       int         NOT NULL DEFAULT 0,
    merged         int         NOT NULL DEFAULT 0,
    duplicates     int         NOT NULL DEFAULT 0,
    rejected       int         NOT NULL DEFAULT 0,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    finished_at    timestamptz
);
CREATE INDEX imports_waiting ON imports (created_at) WHERE state IN ('queued', 'running');

CREATE TABLE import_files (
    import_id uuid  NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    part      int   NOT NULL,
    content   bytea NOT NULL,
    PRIMARY KEY (import_id, part)
);

CREATE TABLE import_rows (
    import_id uuid   NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line      int    NOT NULL,
    verdict   text   NOT NULL CHECK (verdict IN ('accepted', 'merged', 'duplicate', 'rejected')),
    reason    text,
    lead_id   uuid,
    original  jsonb,
    PRIMARY KEY (import_id, line)
);

-- What a customer is recognised by: `p:` phone, `t:` tax id, `e:` e-mail.
CREATE TABLE customer_keys (
    key         text PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers (id)
);
INSERT INTO customer_keys (key, customer_id)
SELECT 'p:' || phone, id FROM customers CROSS JOIN jsonb_array_elements_text(coalesce(contact->'phones', '[]')) phone
UNION ALL SELECT 't:' || (contact->>'tax_id'), id FROM customers WHERE contact->>'tax_id' IS NOT NULL
UNION ALL SELECT 'e:' || lower(contact->>'email'), id FROM customers WHERE contact->>'email' IS NOT NULL
ON CONFLICT DO NOTHING;

ALTER TABLE customers
    ADD COLUMN imported_by    uuid REFERENCES imports (id),
    ADD COLUMN care_opened_at timestamptz;
CREATE INDEX customers_imported ON customers (imported_by, id) WHERE imported_by IS NOT NULL;

-- Orders of before keep the number they had; the house invoiced them elsewhere.
ALTER TABLE orders
    DROP CONSTRAINT orders_source_check,
    ADD CONSTRAINT orders_source_check CHECK (source IN ('sale', 'nudge', 'own', 'import')),
    ADD COLUMN imported_by     uuid REFERENCES imports (id),
    ADD COLUMN imported_number text;
CREATE UNIQUE INDEX orders_imported ON orders (customer_id, imported_number) WHERE imported_number IS NOT NULL;
CREATE INDEX customer_keys_customer ON customer_keys (customer_id);
