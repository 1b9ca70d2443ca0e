-- A long bank statement is booked by the worker, part by part. Those before, and those that an older process takes in,
-- are done when they are written.
ALTER TABLE bank_statements
    ADD COLUMN state       text        NOT NULL DEFAULT 'done'
                                       CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    ADD COLUMN options     jsonb       NOT NULL DEFAULT '{}',
    ADD COLUMN taken       int         NOT NULL DEFAULT 0,
    ADD COLUMN attempts    int         NOT NULL DEFAULT 0,
    ADD COLUMN starts      int         NOT NULL DEFAULT 0,
    ADD COLUMN error       text,
    ADD COLUMN finished_at timestamptz DEFAULT now();
UPDATE bank_statements SET finished_at = created_at;
CREATE INDEX bank_statements_open ON bank_statements (created_at) WHERE finished_at IS NULL;

CREATE TABLE bank_statement_files (
    statement_id uuid  NOT NULL REFERENCES bank_statements (id),
    part         int   NOT NULL,
    content      bytea NOT NULL,
    PRIMARY KEY (statement_id, part)
);
