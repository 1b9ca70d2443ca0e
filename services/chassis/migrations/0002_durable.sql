-- What durable work needs in every tier's database: answers on their way to Temporal, and work for people.

CREATE TABLE outbox (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id          text        NOT NULL UNIQUE,
    workflow_id       text        NOT NULL,
    signal            text,
    payload           jsonb,
    workflow          text,
    task_queue        text,
    start_input       jsonb,
    summary           text,
    search_attributes jsonb       NOT NULL DEFAULT '{}',
    when_missing      text        NOT NULL DEFAULT 'set_aside' CHECK (when_missing IN ('drop', 'set_aside')),
    state             text        NOT NULL DEFAULT 'pending'
                                  CHECK (state IN ('pending', 'delivered', 'dropped', 'dead')),
    attempts          int         NOT NULL DEFAULT 0,
    next_at           timestamptz NOT NULL DEFAULT now(),
    last_error        text,
    created_at        timestamptz NOT NULL DEFAULT now(),
    delivered_at      timestamptz,
    CHECK (signal IS NOT NULL OR workflow IS NOT NULL)
);

-- The head of each workflow's line: the dispatcher asks for the lowest pending id per workflow.
CREATE INDEX outbox_pending ON outbox (workflow_id, id) WHERE state = 'pending';
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state = 'pending';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
CREATE INDEX outbox_done ON outbox (delivered_at) WHERE state IN ('delivered', 'dropped');

CREATE TABLE work_items (
    id             uuid        PRIMARY KEY,
    kind           text        NOT NULL,
    key            text        NOT NULL UNIQUE,
    workflow_id    text        NOT NULL,
    lead_id        uuid        NOT NULL,
    state          text        NOT NULL DEFAULT 'open'
                               CHECK (state IN ('open', 'leased', 'done', 'cancelled', 'expired')),
    priority       int         NOT NULL DEFAULT 0,
    rank           numeric     NOT NULL DEFAULT 0,
    not_before     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz,
    assignee       text,
    assignee_until timestamptz,
    group_key      text        NOT NULL DEFAULT '',
    payload        jsonb       NOT NULL DEFAULT '{}',
    leased_by      text,
    lease_token    bigint      NOT NULL DEFAULT 0,
    lease_until    timestamptz,
    opened_at      timestamptz NOT NULL DEFAULT now(),
    closed_at      timestamptz,
    result         text,
    CHECK ((state = 'leased') = (leased_by IS NOT NULL AND lease_until IS NOT NULL))
);

-- The claim walks this index in its own order and takes the first row that is due and free.
CREATE INDEX work_items_claim ON work_items (kind, priority DESC, rank DESC, not_before, id) WHERE state = 'open';
CREATE INDEX work_items_due ON work_items (kind, not_before) WHERE state = 'open';
CREATE INDEX work_items_groups ON work_items (kind, group_key) WHERE state = 'open';
CREATE INDEX work_items_leased ON work_items (lease_until) WHERE state = 'leased';
CREATE INDEX work_items_mine ON work_items (kind, leased_by) WHERE state = 'leased';
CREATE INDEX work_items_assignee ON work_items (assignee, kind, opened_at, id) WHERE state IN ('open', 'leased');
CREATE INDEX work_items_lead ON work_items (lead_id) WHERE state IN ('open', 'leased');
