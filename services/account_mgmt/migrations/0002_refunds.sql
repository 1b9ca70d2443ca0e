-- Which deal an order came from (its commission is the deal's), and money that was given back.
ALTER TABLE orders ADD COLUMN deal_id text;

CREATE TABLE refunds (
    id         uuid          PRIMARY KEY,
    invoice_id uuid          NOT NULL REFERENCES invoices (id),
    amount     numeric(16,2) NOT NULL CHECK (amount > 0),
    reference  text          NOT NULL,
    reason     text          NOT NULL,
    made_by    text          NOT NULL,
    made_at    timestamptz   NOT NULL DEFAULT now(),
    UNIQUE (invoice_id, reference)
);
ALTER TABLE invoices
    ADD COLUMN refunded numeric(16,2) NOT NULL DEFAULT 0,
    ADD CHECK (refunded <= paid);
