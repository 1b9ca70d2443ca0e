-- What is put right on an invoice is a row of its own, and nothing that was written goes: payments that turned out not
-- to have come, money moved to another invoice, differences that nobody asks for any more.

ALTER TABLE invoices ADD COLUMN written_off numeric(30, 2) NOT NULL DEFAULT 0 CHECK (written_off >= 0);
-- Money that was given back may prove never to have come: its payment bounces after the refund.
ALTER TABLE invoices DROP CONSTRAINT IF EXISTS invoices_check;
ALTER TABLE invoices ADD CONSTRAINT invoices_paid_check CHECK (paid >= 0) NOT VALID;

-- A payment gives up its reference when it is reversed, so that the same money can be booked right under it: the
-- reversal keeps the reference as the bank wrote it.
ALTER TABLE payments ADD COLUMN reversed_at timestamptz;
CREATE TABLE payment_reversals (
    payment_id  uuid          PRIMARY KEY REFERENCES payments (id),
    invoice_id  uuid          NOT NULL REFERENCES invoices (id),
    amount      numeric(16,2) NOT NULL CHECK (amount > 0),
    reference   text          NOT NULL,
    kind        text          NOT NULL CHECK (kind IN ('mistake', 'returned')),
    reason      text          NOT NULL,
    transfer_id uuid          REFERENCES bank_transfers (id),
    told_by     uuid          REFERENCES bank_transfers (id),
    reversed_by text          NOT NULL,
    at          timestamptz   NOT NULL,
    created_at  timestamptz   NOT NULL DEFAULT now()
);
CREATE INDEX payment_reversals_invoice ON payment_reversals (invoice_id);
ALTER TABLE bank_bookings ADD COLUMN undone_at timestamptz;

-- Too much on one invoice, taken to another of the same customer, where it is a payment.
CREATE TABLE surplus_moves (
    id           uuid          PRIMARY KEY,
    from_invoice uuid          NOT NULL REFERENCES invoices (id),
    to_invoice   uuid          NOT NULL REFERENCES invoices (id),
    amount       numeric(16,2) NOT NULL CHECK (amount > 0),
    reason       text          NOT NULL,
    payment_id   uuid          NOT NULL UNIQUE REFERENCES payments (id),
    moved_by     text          NOT NULL,
    moved_at     timestamptz   NOT NULL DEFAULT now(),
    undone_at    timestamptz,
    CHECK (from_invoice <> to_invoice)
);
CREATE INDEX surplus_moves_from ON surplus_moves (from_invoice);

CREATE TABLE write_offs (
    id            uuid          PRIMARY KEY,
    invoice_id    uuid          NOT NULL REFERENCES invoices (id),
    amount        numeric(16,2) NOT NULL CHECK (amount > 0),
    kind          text          NOT NULL CHECK (kind IN ('difference', 'bank_charge')),
    reason        text          NOT NULL,
    written_by    text          NOT NULL,
    at            timestamptz   NOT NULL DEFAULT now(),
    undone_at     timestamptz,
    undone_by     text,
    undone_reason text
);
CREATE INDEX write_offs_invoice ON write_offs (invoice_id);

ALTER TABLE refunds ADD COLUMN credit_note_id uuid REFERENCES credit_notes (id);
ALTER TABLE credit_notes ADD COLUMN reference text;

-- An invoice of nothing is paid when it is issued.
UPDATE invoices SET state = 'paid' WHERE state = 'open' AND total = 0;
