-- What the calls of the last weeks come to, as the worker last counted it: on a large floor that takes a tenth of a second, and
-- everybody who looks at the floor, and every look at a campaign, asks for it.
CREATE TABLE counted_lately (
    what       text        PRIMARY KEY,
    counted_at timestamptz NOT NULL,
    found      jsonb       NOT NULL
);
