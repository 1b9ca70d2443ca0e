-- What lies with each account manager, as the worker last counted it: in a large house that takes a tenth of a second, and
-- every supervisor's page asks for it.
CREATE TABLE counted_lately (
    what       text        PRIMARY KEY,
    counted_at timestamptz NOT NULL,
    found      jsonb       NOT NULL
);
