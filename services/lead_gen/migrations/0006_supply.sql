-- Will tier 2 run dry, or drown? What was said about it, with the facts of the moment.

CREATE TABLE alarms (
    id       uuid        PRIMARY KEY,
    kind     text        NOT NULL CHECK (kind IN ('drought', 'glut')),
    facts    jsonb       NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE UNIQUE INDEX alarms_one_open ON alarms (kind) WHERE ended_at IS NULL;
CREATE INDEX alarms_page ON alarms (begun_at, id);
