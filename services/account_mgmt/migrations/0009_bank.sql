-- Bank statements: every transfer that came, once, and what was made of it.
CREATE TABLE bank_statements (
    id         uuid        PRIMARY KEY,
    file_name  text        NOT NULL,
    format     text        NOT NULL CHECK (format IN ('csv', 'camt053')),
    accounts   text[]      NOT NULL,
    rows       int         NOT NULL,
    outgoing   int         NOT NULL,
    known      int         NOT NULL DEFAULT 0,
    problems   jsonb       NOT NULL DEFAULT '[]',
    posted_by  text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bank_statements_page ON bank_statements (created_at, id);

CREATE TABLE bank_transfers (
    id           uuid          PRIMARY KEY,
    statement_id uuid          NOT NULL REFERENCES bank_statements (id),
    line         int           NOT NULL,
    account      text          NOT NULL,
    key          text          NOT NULL,
    booked_on    date          NOT NULL,
    amount       numeric(16,2) NOT NULL CHECK (amount > 0),
    booked       numeric(16,2) NOT NULL DEFAULT 0,
    currency     text          NOT NULL,
    payer_name   text          NOT NULL,
    payer_iban   text          NOT NULL,
    payer_tax_id text          NOT NULL,
    purpose      text          NOT NULL,
    reference    text          NOT NULL,
    reversal     boolean       NOT NULL,
    state        text          NOT NULL DEFAULT 'unmatched'
                               CHECK (state IN ('unmatched', 'matched', 'ignored', 'failed', 'settled_by_hand')),
    reason       text          NOT NULL DEFAULT '',
    candidates   jsonb         NOT NULL DEFAULT '[]',
    settled_by   text,
    settled_at   timestamptz,
    created_at   timestamptz   NOT NULL DEFAULT now(),
    -- A transfer is booked once, whichever files it comes in, and never for more than it is.
    UNIQUE (account, key),
    CHECK (booked BETWEEN 0 AND amount)
);
CREATE INDEX bank_transfers_page ON bank_transfers (created_at, id);
CREATE INDEX bank_transfers_state ON bank_transfers (state, created_at, id);
CREATE INDEX bank_transfers_statement ON bank_transfers (statement_id);

CREATE TABLE bank_bookings (
    transfer_id uuid          NOT NULL REFERENCES bank_transfers (id),
    invoice_id  uuid          NOT NULL REFERENCES invoices (id),
    amount      numeric(16,2) NOT NULL CHECK (amount > 0),
    PRIMARY KEY (transfer_id, invoice_id)
);
CREATE INDEX bank_bookings_invoice ON bank_bookings (invoice_id);

-- Whose accounts money came from. No foreign key to customers: its lock on the customer would meet the one of whoever
-- cancels an order, who holds the customer and waits for an invoice that this statement holds.
CREATE TABLE payer_accounts (
    iban        text        NOT NULL,
    customer_id uuid        NOT NULL,
    first_seen  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (iban, customer_id)
);
