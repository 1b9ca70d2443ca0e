-- Several legal entities that sell: what their invoices must say, and in which currency each is paid.
ALTER TABLE legal_entities
    ADD COLUMN vat_id      text        NOT NULL DEFAULT '',
    ADD COLUMN city        text        NOT NULL DEFAULT '',
    ADD COLUMN postal_code text        NOT NULL DEFAULT '',
    ADD COLUMN country     text        NOT NULL DEFAULT 'UA' CHECK (country ~ '^[A-Z]{2}$'),
    ADD COLUMN bic         text        NOT NULL DEFAULT '',
    ADD COLUMN bank        text        NOT NULL DEFAULT '',
    ADD COLUMN currency    text        NOT NULL DEFAULT 'UAH' CHECK (currency ~ '^[A-Z]{3}$'),
    ADD COLUMN note        text        NOT NULL DEFAULT '',
    ADD COLUMN active      boolean     NOT NULL DEFAULT true,
    ADD COLUMN created_at  timestamptz NOT NULL DEFAULT now();
ALTER TABLE orders ADD COLUMN entity text REFERENCES legal_entities (id);
