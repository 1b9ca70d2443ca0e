-- The catalogue with names per language and prices by date; every change raises its version, by which it is published.
CREATE SEQUENCE catalogue_version;

ALTER TABLE products
    ADD COLUMN names      jsonb       NOT NULL DEFAULT '{}',
    ADD COLUMN kind       text        NOT NULL DEFAULT 'service' CHECK (kind IN ('product', 'service')),
    ADD COLUMN active     boolean     NOT NULL DEFAULT true,
    ADD COLUMN version    bigint      NOT NULL DEFAULT nextval('catalogue_version'),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX products_version ON products (version);

CREATE TABLE product_prices (
    product_id text          NOT NULL REFERENCES products (id),
    currency   text          NOT NULL,
    valid_from timestamptz   NOT NULL,
    price      numeric(16,2) NOT NULL CHECK (price >= 0),
    set_by     text          NOT NULL,
    set_at     timestamptz   NOT NULL DEFAULT now(),
    PRIMARY KEY (product_id, currency, valid_from)
);
INSERT INTO product_prices (product_id, currency, valid_from, price, set_by)
SELECT id, currency, '-infinity', price, 'migration' FROM products;
ALTER TABLE products DROP COLUMN price;
