-- The floor: who calls when, what waits for whom, and who rang while nobody was there.

CREATE EXTENSION IF NOT EXISTS btree_gist;

ALTER TABLE callers
    ADD COLUMN campaigns uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN timezone  text   NOT NULL DEFAULT 'Europe/Kyiv';

-- Weekly hours of a caller in local time; `ends` at or before `starts` is on the next day.
CREATE TABLE rota (
    id          uuid        PRIMARY KEY,
    caller_id   text        NOT NULL REFERENCES callers (id),
    weekday     int         NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    starts      time        NOT NULL,
    ends        time        NOT NULL CHECK (ends <> starts),
    timezone    text        NOT NULL,
    valid_from  date        NOT NULL,
    valid_until date        CHECK (valid_until >= valid_from),
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rota_caller ON rota (caller_id, weekday);

-- One day that is not like the others: off (no hours), or other hours.
CREATE TABLE rota_exceptions (
    id         uuid        PRIMARY KEY,
    caller_id  text        NOT NULL REFERENCES callers (id),
    day        date        NOT NULL,
    starts     time,
    ends       time        CHECK (ends <> starts),
    timezone   text        NOT NULL,
    reason     text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (caller_id, day),
    CHECK ((starts IS NULL) = (ends IS NULL))
);

ALTER TABLE shifts
    ADD COLUMN by_rota     boolean NOT NULL DEFAULT false,
    ADD COLUMN quota       int     CHECK (quota > 0),
    ADD COLUMN break_since timestamptz,
    ADD CONSTRAINT shifts_overlap
        EXCLUDE USING gist (caller_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
CREATE INDEX shifts_signed_on ON shifts (ends_at) WHERE signed_on_at IS NOT NULL AND signed_off_at IS NULL;
CREATE INDEX shifts_page ON shifts (created_at, (id::text));

-- Never two cadences on one lead: a second open call of a lead cannot be written.
CREATE UNIQUE INDEX work_items_one_call ON work_items (lead_id) WHERE kind = 'call' AND state IN ('open', 'leased');

-- Every word on the ledger, as it was said; never changed.
CREATE TABLE do_not_call_history (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone  text        NOT NULL,
    action text        NOT NULL CHECK (action IN ('forbidden', 'lifted')),
    scope  text        NOT NULL,
    basis  text,
    proof  text,
    by     text        NOT NULL,
    at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX do_not_call_history_phone ON do_not_call_history (phone, id);
INSERT INTO do_not_call_history (phone, action, scope, basis, proof, by, at)
SELECT phone, 'forbidden', scope, basis, proof, by, at FROM do_not_call;
CREATE INDEX do_not_call_page ON do_not_call (at, phone);

-- The life of an inbound call at the switchboard.
ALTER TABLE inbound_calls
    ADD COLUMN state text NOT NULL DEFAULT 'ringing' CHECK (state IN ('ringing', 'answered', 'missed', 'completed'));
CREATE INDEX inbound_calls_page ON inbound_calls (at, id);
CREATE INDEX inbound_calls_lead ON inbound_calls (lead_id, at);

CREATE TABLE telephony_events (
    call_id text        NOT NULL,
    event   text        NOT NULL CHECK (event IN ('ringing', 'answered', 'missed', 'completed')),
    at      timestamptz NOT NULL,
    taken   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (call_id, event)
);

-- Somebody called, nobody was there, and they were told when they will be called back.
CREATE TABLE callback_promises (
    id              uuid        PRIMARY KEY,
    inbound_call_id uuid        NOT NULL UNIQUE REFERENCES inbound_calls (id) ON DELETE CASCADE,
    lead_id         uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    due_at          timestamptz NOT NULL,
    state           text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept', 'late')),
    kept_at         timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX callback_promises_page ON callback_promises (state, due_at, id);
CREATE INDEX callback_promises_lead ON callback_promises (lead_id) WHERE kept_at IS NULL;
