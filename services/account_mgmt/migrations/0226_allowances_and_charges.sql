-- Discounts and charges of a whole order, each with its part in one tax: what comes off the lines, or on top of them.
CREATE TABLE order_allowance_charges (
    order_id     uuid          NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position     int           NOT NULL,
    kind         text          NOT NULL CHECK (kind IN ('allowance', 'charge')),
    reason       text          NOT NULL,
    reason_code  text          NOT NULL DEFAULT '',
    percent      numeric(9, 6) CHECK (percent > 0 AND percent <= 100),
    base         numeric(30, 2) NOT NULL,
    amount       numeric(30, 2) NOT NULL CHECK (amount > 0),
    tax_percent  numeric(5, 2) NOT NULL,
    tax_category text          NOT NULL,
    tax_reason   text          NOT NULL DEFAULT '',
    tax          numeric(30, 2) NOT NULL,
    PRIMARY KEY (order_id, position)
);

-- The same while an order is put together, as it was typed.
ALTER TABLE order_drafts ADD COLUMN allowance_charges jsonb NOT NULL DEFAULT '[]';
