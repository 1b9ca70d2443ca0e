-- Effects of activities, once per key: the answer of the first time is kept for every later delivery. A campaign's
-- looks were kept in a table of their own; one that is delivered again across this migration enrols once more.
CREATE TABLE effects (
    key    text        PRIMARY KEY,
    answer jsonb,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX effects_at ON effects (at);
DROP TABLE campaign_ticks;
