-- Playbooks that warm leads up: versioned data, and what each deal goes through.

CREATE TABLE templates (
    name       text        NOT NULL,
    language   text        NOT NULL,
    version    int         NOT NULL,
    subject    text        NOT NULL,
    body       text        NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, language, version)
);

-- The information pack that goes with a template, in every language.
CREATE TABLE template_files (
    template   text        NOT NULL,
    name       text        NOT NULL,
    media_type text        NOT NULL,
    content    bytea       NOT NULL,
    added_by   text        NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (template, name)
);

CREATE TABLE playbooks (
    id         uuid        PRIMARY KEY,
    name       text        NOT NULL,
    version    int         NOT NULL,
    body       jsonb       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name, version)
);

CREATE TABLE playbook_runs (
    id          uuid        PRIMARY KEY,
    playbook_id uuid        NOT NULL REFERENCES playbooks,
    deal_id     uuid        NOT NULL REFERENCES deals,
    lead_id     uuid        NOT NULL,
    state       text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished', 'stopped')),
    track       text        NOT NULL DEFAULT 'main' CHECK (track IN ('main', 'positive', 'negative')),
    steps_left  jsonb       NOT NULL,
    reason      text,
    started_by  text        NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz
);
-- Never two playbooks on one lead.
CREATE UNIQUE INDEX playbook_runs_one_per_lead ON playbook_runs (lead_id) WHERE state = 'running';
CREATE INDEX playbook_runs_deal ON playbook_runs (deal_id, id);
CREATE INDEX playbook_runs_playbook ON playbook_runs (playbook_id);

CREATE TABLE playbook_steps (
    run_id  uuid        NOT NULL REFERENCES playbook_runs,
    number  int         NOT NULL,
    step_id text        NOT NULL,
    kind    text        NOT NULL CHECK (kind IN ('call', 'mail', 'meeting', 'wait')),
    track   text        NOT NULL,
    text    text        NOT NULL,
    template text,
    due_at  timestamptz NOT NULL,
    state   text        NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'open', 'done', 'skipped', 'cancelled')),
    result  text,
    done_at timestamptz,
    PRIMARY KEY (run_id, number)
);
-- One step at a time: nothing is overtaken, nothing runs twice.
CREATE UNIQUE INDEX playbook_steps_one_ahead ON playbook_steps (run_id) WHERE state IN ('planned', 'open');
