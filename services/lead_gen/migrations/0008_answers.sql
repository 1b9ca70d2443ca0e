-- What tier 1 hears back: by when tier 2 calls, and what became of the questions that callers passed on.

ALTER TABLE calls
    ADD COLUMN products    text[] NOT NULL DEFAULT '{}',
    ADD COLUMN promised_by timestamptz;

CREATE TABLE answers (
    key            text        PRIMARY KEY,
    id             uuid        NOT NULL UNIQUE,
    lead_id        uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    caller         text,
    question       text        NOT NULL,
    answer         text        NOT NULL,
    answered_by    text        NOT NULL,
    answered_at    timestamptz NOT NULL,
    instruction_id uuid        REFERENCES instructions (id)
);
CREATE INDEX answers_caller ON answers (caller, id);
