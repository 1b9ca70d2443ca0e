-- What operators did with a lead: who, why, and what it changed, as it was shown to them.
CREATE TABLE operator_acts (
    id      uuid        PRIMARY KEY,
    lead_id uuid        NOT NULL,
    act     text        NOT NULL CHECK (act IN ('retry', 'skip', 'cancel', 'reassign')),
    by      text        NOT NULL,
    reason  text        NOT NULL,
    changes text[]      NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX operator_acts_lead ON operator_acts (lead_id, at);
