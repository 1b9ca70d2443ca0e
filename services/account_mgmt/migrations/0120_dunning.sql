-- Whose turn an invoice is when: its next reminder, or a supervisor's decision once all reminders were sent.
ALTER TABLE invoices ADD COLUMN dunning_at timestamptz, ADD COLUMN paused_until timestamptz,
                     ADD COLUMN collected_at timestamptz;
-- A reminder by post is sent when somebody says so.
ALTER TABLE dunning_steps ADD COLUMN sent_at timestamptz, ADD COLUMN sent_by text;
-- Who opted out is not called any more, not even for money, also after they have left.
ALTER TABLE customers ADD COLUMN no_calls_since timestamptz;

CREATE TABLE dunning_decisions (
    id         uuid        PRIMARY KEY,
    invoice_id uuid        NOT NULL REFERENCES invoices (id),
    decision   text        NOT NULL CHECK (decision IN ('pause', 'resume', 'remind', 'collect')),
    until      timestamptz,
    reason     text        NOT NULL DEFAULT '',
    level      int         NOT NULL,
    by         text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dunning_decisions_invoice ON dunning_decisions (invoice_id, at);

UPDATE customers SET no_calls_since = updated_at WHERE state = 'opted_out';
UPDATE invoices i SET dunning_at = s.next_at
  FROM dunning_steps s WHERE s.invoice_id = i.id AND s.level = i.dunning AND i.state = 'open';
CREATE INDEX invoices_turn ON invoices ((coalesce(dunning_at, due_at))) WHERE state = 'open' AND collected_at IS NULL;
