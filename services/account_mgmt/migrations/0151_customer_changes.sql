-- Who changed what of a customer, with what it was and what it became; erased with the customer.
CREATE TABLE customer_changes (
    id          uuid        PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES customers (id),
    at          timestamptz NOT NULL DEFAULT now(),
    by          text        NOT NULL,
    changes     jsonb       NOT NULL
);
CREATE INDEX customer_changes_customer ON customer_changes (customer_id, at, id);
