-- Where a series of numbers goes on from, when an organisation brings one along: who said so, when, and why.
CREATE TABLE number_starts (
    entity      text        NOT NULL REFERENCES legal_entities (id),
    kind        text        NOT NULL,
    year        int         NOT NULL,
    next_number int         NOT NULL CHECK (next_number > 1),
    was         int         NOT NULL, -- the number that would have come
    reason      text        NOT NULL,
    set_by      text        NOT NULL,
    set_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entity, kind, year, next_number)
);
