-- Which process reports the figures of this database: one at a time, or a sum over replicas counts them once for each.
CREATE TABLE figure_reporter (
    singleton boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    holder    uuid        NOT NULL,
    until     timestamptz NOT NULL
);
