-- An order that somebody is putting together for a customer: kept, as it was typed, until it is placed.
CREATE TABLE order_drafts (
    customer_id uuid        NOT NULL REFERENCES customers (id),
    person      text        NOT NULL,
    lines       jsonb       NOT NULL,
    note        text        NOT NULL DEFAULT '',
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, person)
);

-- Each step of dunning: when, how, and when the next one is due. Steps of before are known by their mails only.
CREATE TABLE dunning_steps (
    invoice_id uuid        NOT NULL REFERENCES invoices (id),
    level      int         NOT NULL,
    way        text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    next_at    timestamptz,
    PRIMARY KEY (invoice_id, level)
);

-- The list of invoices: newest first of one state, and an invoice by the digits that its number ends with.
CREATE INDEX invoices_state ON invoices (state, issued_at, id);
CREATE INDEX invoices_count ON invoices ((substring(number FROM '[0-9]+$')::numeric));
