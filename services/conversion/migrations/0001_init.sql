CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE policies (
    version    int         PRIMARY KEY,
    body       jsonb       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What an activity answered, by its business key: the second call with a key gets the first answer.
CREATE TABLE effects (
    key    text        PRIMARY KEY,
    answer jsonb,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX effects_at ON effects (at);

CREATE TABLE counters (
    name  text   PRIMARY KEY,
    value bigint NOT NULL
);

CREATE TABLE managers (
    id         text        PRIMARY KEY,
    name       text        NOT NULL,
    languages  text[]      NOT NULL DEFAULT '{}',
    segments   text[]      NOT NULL DEFAULT '{}',
    regions    text[]      NOT NULL DEFAULT '{}',
    weight     int         NOT NULL DEFAULT 1 CHECK (weight >= 1),
    capacity   int         NOT NULL DEFAULT 30 CHECK (capacity >= 0),
    active     boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE deals (
    id                   uuid        PRIMARY KEY,
    lead_id              uuid        NOT NULL,
    workflow_id          text        NOT NULL,
    stage                text        NOT NULL CHECK (stage IN ('offered', 'accepted', 'informing', 'qualified',
                                         'meeting', 'offer', 'negotiating', 'won', 'lost', 'asleep')),
    owner                text,
    last_owner           text,
    policy_version       int         NOT NULL REFERENCES policies,
    contact              jsonb       NOT NULL,
    reason               text        NOT NULL,
    question             text,
    question_answered_at timestamptz,
    needs                text,
    wished_meeting       timestamptz,
    story                jsonb       NOT NULL DEFAULT '[]',
    campaign_id          text,
    campaign_name        text        NOT NULL DEFAULT '',
    segment              text        NOT NULL DEFAULT '',
    sourced_by           text,
    qualification        jsonb,
    next_action          text,
    next_action_at       timestamptz,
    offered_at           timestamptz NOT NULL,
    accepted_at          timestamptz,
    first_contact_at     timestamptz,
    lost_reason          text,
    return_at            timestamptz,
    value                numeric(16, 2),
    currency             text,
    closed_at            timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    -- A deal that is worked on has an owner and a next step with a date.
    CHECK (stage NOT IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating')
           OR (owner IS NOT NULL AND next_action_at IS NOT NULL)),
    CHECK (stage <> 'won' OR (value IS NOT NULL AND currency IS NOT NULL AND owner IS NOT NULL))
);
CREATE UNIQUE INDEX deals_one_open_per_lead ON deals (lead_id) WHERE stage NOT IN ('won', 'lost');
CREATE INDEX deals_lead ON deals (lead_id, id DESC);
CREATE INDEX deals_owner ON deals (owner, id);
CREATE INDEX deals_stage ON deals (stage, id);
CREATE INDEX deals_load ON deals (owner)
    WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
CREATE INDEX deals_won ON deals (closed_at) WHERE stage = 'won';

CREATE TABLE hand_overs (
    item_id        uuid        PRIMARY KEY REFERENCES work_items,
    deal_id        uuid        NOT NULL REFERENCES deals,
    number         int         NOT NULL,
    reason         text        NOT NULL,
    manager        text        REFERENCES managers,
    priority       int         NOT NULL,
    accept_by      timestamptz,
    question       text,
    needs          text,
    story          jsonb       NOT NULL DEFAULT '[]',
    routing        jsonb       NOT NULL,
    state          text        NOT NULL DEFAULT 'open'
                               CHECK (state IN ('open', 'accepted', 'declined', 'expired', 'cancelled')),
    offered_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    answered_by    text,
    decline_reason text
);
CREATE UNIQUE INDEX hand_overs_one_open_per_deal ON hand_overs (deal_id) WHERE state = 'open';
-- The lists' own order; `-priority` keeps it in one direction, so that a cursor is one comparison.
CREATE INDEX hand_overs_all ON hand_overs ((-priority), item_id);
CREATE INDEX hand_overs_state ON hand_overs (state, (-priority), item_id);
CREATE INDEX hand_overs_manager ON hand_overs (manager, (-priority), item_id);
CREATE INDEX hand_overs_share ON hand_overs (offered_at, manager);

CREATE TABLE timeline (
    id      uuid        PRIMARY KEY,
    deal_id uuid        NOT NULL REFERENCES deals,
    at      timestamptz NOT NULL,
    by      text        NOT NULL,
    kind    text        NOT NULL,
    text    text        NOT NULL,
    data    jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX timeline_deal ON timeline (deal_id, id);

CREATE TABLE meetings (
    id         uuid        PRIMARY KEY,
    deal_id    uuid        NOT NULL REFERENCES deals,
    manager    text        NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    during     tstzrange   NOT NULL GENERATED ALWAYS AS (tstzrange(starts_at, ends_at)) STORED,
    kind       text        NOT NULL CHECK (kind IN ('phone', 'online', 'visit')),
    place      text,
    state      text        NOT NULL DEFAULT 'booked' CHECK (state IN ('booked', 'held', 'no_show', 'cancelled')),
    sequence   int         NOT NULL DEFAULT 0,
    note       text,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (ends_at > starts_at),
    -- Nobody can be at two meetings at once, however many people book at the same instant.
    CONSTRAINT meetings_no_double_booking EXCLUDE USING gist (manager WITH =, during WITH &&)
        WHERE (state = 'booked')
);
CREATE INDEX meetings_deal ON meetings (deal_id, starts_at);

CREATE TABLE offers (
    id               uuid          PRIMARY KEY,
    deal_id          uuid          NOT NULL REFERENCES deals,
    number           text          NOT NULL,
    version          int           NOT NULL,
    state            text          NOT NULL CHECK (state IN ('awaiting_approval', 'sent', 'accepted', 'rejected',
                                                             'expired', 'superseded')),
    lines            jsonb         NOT NULL,
    discount_percent numeric(5, 2) NOT NULL,
    tax_percent      numeric(5, 2) NOT NULL,
    subtotal         numeric(16, 2) NOT NULL,
    discount         numeric(16, 2) NOT NULL,
    net              numeric(16, 2) NOT NULL,
    tax              numeric(16, 2) NOT NULL,
    total            numeric(16, 2) NOT NULL,
    currency         text          NOT NULL,
    valid_until      timestamptz   NOT NULL,
    created_by       text          NOT NULL,
    created_at       timestamptz   NOT NULL DEFAULT now(),
    sent_at          timestamptz,
    decided_by       text,
    decided_at       timestamptz,
    UNIQUE (number, version),
    UNIQUE (deal_id, version),
    CHECK (subtotal - discount = net AND net + tax = total)
);
CREATE INDEX offers_expiring ON offers (valid_until) WHERE state IN ('sent', 'awaiting_approval');

-- The ledger only grows: vesting and claw-back are further entries, never changes of this one.
CREATE TABLE commissions (
    id             uuid           PRIMARY KEY,
    key            text           NOT NULL UNIQUE,
    deal_id        uuid           NOT NULL REFERENCES deals,
    lead_id        uuid           NOT NULL,
    person         text           NOT NULL,
    role           text           NOT NULL CHECK (role IN ('sourced', 'closed', 'kept')),
    kind           text           NOT NULL CHECK (kind IN ('accrued', 'vested', 'clawed_back')),
    base           numeric(16, 2) NOT NULL,
    percent        numeric(5, 2)  NOT NULL,
    amount         numeric(16, 2) NOT NULL,
    currency       text           NOT NULL,
    policy_version int            NOT NULL REFERENCES policies,
    at             timestamptz    NOT NULL
);
CREATE INDEX commissions_person ON commissions (person, id);
CREATE INDEX commissions_at ON commissions (at);

CREATE TABLE published_answers (
    id           uuid        PRIMARY KEY,
    deal_id      uuid        NOT NULL REFERENCES deals,
    lead_id      uuid        NOT NULL,
    question     text        NOT NULL,
    answer       text        NOT NULL,
    published_by text        NOT NULL,
    published_at timestamptz NOT NULL
);
