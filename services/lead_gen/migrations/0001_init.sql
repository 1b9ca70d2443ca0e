-- Tier 1: the register of every company the house knows, and the work of calling it.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE policies (
    version    int         PRIMARY KEY,
    body       jsonb       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE leads (
    id           uuid        PRIMARY KEY,
    company      text        NOT NULL CHECK (company <> ''),
    contact_name text,
    email        text,
    industry     text,
    size         text,
    region       text,
    city         text,
    language     text        NOT NULL DEFAULT 'uk',
    timezone     text        NOT NULL DEFAULT 'Europe/Kyiv',
    website      text,
    tax_id       text,
    source       text        NOT NULL DEFAULT 'manual',
    score        numeric     NOT NULL DEFAULT 0,
    -- Where the lead is now: what the house decides an inbound call by.
    tier         text        NOT NULL DEFAULT 'lead_gen' CHECK (tier IN ('lead_gen', 'conversion', 'account_mgmt')),
    stage        text        NOT NULL DEFAULT 'new',
    owner        text,
    workflow_id  text,
    register_at  timestamptz NOT NULL DEFAULT now(),
    campaign_id  uuid,
    rounds       int         NOT NULL DEFAULT 0,
    attempts     int         NOT NULL DEFAULT 0,
    next_call_at timestamptz,
    rest_until   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX leads_page ON leads (created_at, id);
CREATE INDEX leads_stage ON leads (tier, stage, created_at, id);
CREATE INDEX leads_to_enrol ON leads (score DESC, id) WHERE tier = 'lead_gen' AND stage IN ('new', 'resting');
CREATE INDEX leads_campaign ON leads (campaign_id, stage);
CREATE INDEX leads_name ON leads USING gin (company gin_trgm_ops);
CREATE UNIQUE INDEX leads_tax_id ON leads (tax_id) WHERE tax_id IS NOT NULL;

CREATE TABLE lead_phones (
    phone    text    PRIMARY KEY,
    lead_id  uuid    NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    position int     NOT NULL DEFAULT 0,
    bad      boolean NOT NULL DEFAULT false
);
CREATE INDEX lead_phones_lead ON lead_phones (lead_id, position);

CREATE TABLE lead_history (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lead_id uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    at      timestamptz NOT NULL,
    tier    text        NOT NULL,
    stage   text        NOT NULL,
    owner   text,
    key     text        UNIQUE
);
CREATE INDEX lead_history_lead ON lead_history (lead_id, at);
CREATE INDEX lead_history_stage ON lead_history (stage, at);

CREATE TABLE criteria (
    id         uuid        PRIMARY KEY,
    name       text        NOT NULL,
    version    int         NOT NULL,
    body       jsonb       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name, version)
);

CREATE TABLE scripts (
    id         uuid        PRIMARY KEY,
    name       text        NOT NULL,
    version    int         NOT NULL,
    body       jsonb       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name, version)
);

CREATE TABLE instructions (
    id         uuid        PRIMARY KEY,
    title      text        NOT NULL,
    text       text        NOT NULL,
    tags       text[]      NOT NULL DEFAULT '{}',
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    search     tsvector    GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || text)) STORED
);
CREATE INDEX instructions_search ON instructions USING gin (search);

CREATE TABLE campaigns (
    id          uuid        PRIMARY KEY,
    name        text        NOT NULL UNIQUE,
    state       text        NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'running', 'paused', 'done')),
    criteria_id uuid        REFERENCES criteria (id),
    script_id   uuid        REFERENCES scripts (id),
    priority    int         NOT NULL DEFAULT 0,
    starts      int         NOT NULL DEFAULT 0,
    changes     int         NOT NULL DEFAULT 0,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE campaign_ticks (
    key    text  PRIMARY KEY,
    result jsonb NOT NULL,
    at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE callers (
    id          text        PRIMARY KEY,
    name        text        NOT NULL,
    languages   text[]      NOT NULL DEFAULT '{uk}',
    daily_quota int         CHECK (daily_quota > 0),
    active      boolean     NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shifts (
    id           uuid        PRIMARY KEY,
    caller_id    text        NOT NULL REFERENCES callers (id),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    signed_on_at timestamptz,
    signed_off_at timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (starts_at < ends_at)
);
CREATE INDEX shifts_caller ON shifts (caller_id, starts_at);

CREATE TABLE calls (
    id             uuid        PRIMARY KEY,
    item_id        uuid        NOT NULL UNIQUE,
    lead_id        uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    campaign_id    uuid,
    attempt        int         NOT NULL,
    caller         text        NOT NULL,
    outcome        text        NOT NULL,
    note           text,
    reason         text,
    question       text,
    needs          text,
    wished_meeting timestamptz,
    callback_at    timestamptz,
    path           text[]      NOT NULL DEFAULT '{}',
    script_version int,
    at             timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX calls_lead ON calls (lead_id, at);
CREATE INDEX calls_caller ON calls (caller, at);
CREATE INDEX calls_at ON calls (at);

CREATE TABLE do_not_call (
    phone      text        PRIMARY KEY,
    scope      text        NOT NULL CHECK (scope IN ('phone', 'company')),
    basis      text,
    proof      text,
    by         text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz,
    times      int         NOT NULL DEFAULT 1
);

CREATE TABLE inbound_calls (
    id        uuid        PRIMARY KEY,
    lead_id   uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    phone     text        NOT NULL,
    called    text,
    call_id   text        UNIQUE,
    note      text,
    by        text        NOT NULL,
    routed_to text        NOT NULL,
    owner     text,
    known     boolean     NOT NULL,
    workflow_id text      NOT NULL,
    stage     text        NOT NULL,
    at        timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE imports (
    id             uuid        PRIMARY KEY,
    filename       text        NOT NULL,
    dry_run        boolean     NOT NULL,
    default_region text        NOT NULL,
    mapping        jsonb       NOT NULL,
    encoding       text        NOT NULL,
    delimiter      text        NOT NULL,
    header         text[]      NOT NULL,
    state          text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    error          text,
    rows           int         NOT NULL DEFAULT 0,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    finished_at    timestamptz
);
CREATE INDEX imports_waiting ON imports (created_at) WHERE state IN ('queued', 'running');

CREATE TABLE import_files (
    import_id uuid  NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    part      int   NOT NULL,
    content   bytea NOT NULL,
    PRIMARY KEY (import_id, part)
);

CREATE TABLE import_rows (
    import_id uuid   NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line      int    NOT NULL,
    verdict   text   NOT NULL CHECK (verdict IN ('accepted', 'merged', 'duplicate', 'rejected')),
    reason    text,
    lead_id   uuid,
    original  jsonb,
    PRIMARY KEY (import_id, line)
);
