-- Who took which table of the reports out of the house.
CREATE TABLE exports (
    id     uuid        PRIMARY KEY,
    report text        NOT NULL,
    by     text        NOT NULL,
    facts  jsonb       NOT NULL DEFAULT '{}',
    rows   int         NOT NULL,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX exports_at ON exports (at, id);
