-- Calls that callers dial: who, which number, and what the switchboard said became of it. `way` is how it was dialled:
-- by the switchboard, or by a link on the caller's own phone, of which nobody hears again.
CREATE TABLE dials (
    call_id     text        PRIMARY KEY,
    item_id     uuid        NOT NULL,
    number      int         NOT NULL CHECK (number > 0),
    lead_id     uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    phone       text        NOT NULL,
    caller      text        NOT NULL,
    way         text        NOT NULL CHECK (way IN ('switchboard', 'link')),
    asked_at    timestamptz NOT NULL DEFAULT now(),
    rang_at     timestamptz,
    answered_at timestamptz,
    ended_at    timestamptz,
    result      text        CHECK (result IN ('talked', 'no_answer', 'busy', 'hung_up', 'failed', 'by_hand')),
    reason      text,
    line_open   boolean     NOT NULL,
    CHECK ((ended_at IS NULL) = (result IS NULL)),
    UNIQUE (item_id, number)
);
-- A person has one line.
CREATE UNIQUE INDEX dials_live ON dials (caller) WHERE ended_at IS NULL;
CREATE INDEX dials_line ON dials (asked_at) WHERE line_open;
CREATE INDEX dials_lead ON dials (lead_id);

ALTER TABLE telephony_events
    DROP CONSTRAINT telephony_events_event_check,
    ADD CONSTRAINT telephony_events_event_check
        CHECK (event IN ('ringing', 'answered', 'missed', 'completed', 'busy', 'failed'));

-- Where the switchboard reaches this caller.
ALTER TABLE callers ADD COLUMN extension text;

-- The number that was dialled, and how long somebody talked, where that is known.
ALTER TABLE calls
    ADD COLUMN dialled      text,
    ADD COLUMN talk_seconds int CHECK (talk_seconds >= 0);
