-- Who keeps whom: what an account manager is for, when he is away, and who covers for him.
CREATE EXTENSION IF NOT EXISTS btree_gist;

ALTER TABLE account_managers
    ADD COLUMN segments text[] NOT NULL DEFAULT '{}',
    ADD COLUMN sizes    text[] NOT NULL DEFAULT '{}';

CREATE TABLE absences (
    id         uuid        PRIMARY KEY,
    manager    text        NOT NULL REFERENCES account_managers,
    cover      text        REFERENCES account_managers CHECK (cover <> manager),
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    during     tstzrange   NOT NULL GENERATED ALWAYS AS (tstzrange(starts_at, ends_at)) STORED,
    reason     text        NOT NULL DEFAULT '',
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (ends_at > starts_at),
    CONSTRAINT absences_no_overlap EXCLUDE USING gist (manager WITH =, during WITH &&)
);
CREATE INDEX customers_unassigned ON customers (created_at) WHERE account_manager IS NULL AND state IN ('active', 'at_risk');
CREATE INDEX work_items_covered ON work_items (lead_id) WHERE state = 'open' AND payload ? 'cover_for';
