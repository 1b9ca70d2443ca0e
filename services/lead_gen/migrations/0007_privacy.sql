-- Who took contact data out of the house, who looked it up, who had it erased.

CREATE TABLE audit (
    id           uuid        PRIMARY KEY,
    action       text        NOT NULL CHECK (action IN ('export', 'reveal', 'erase')),
    by           text        NOT NULL,
    lead_id      uuid,
    facts        jsonb       NOT NULL DEFAULT '{}',
    rows         int,
    at           timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz
);
CREATE INDEX audit_page ON audit (at, id);
