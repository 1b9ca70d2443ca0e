-- Files that were chosen and are not imported yet: their columns are looked at, they are tried, and then they become an
-- import. `mapping` is field -> column as it stands; `tried` the last dry run. Whoever forgets one keeps it for a day.
CREATE TABLE file_drafts (
    id             uuid        PRIMARY KEY,
    filename       text        NOT NULL,
    default_region text        NOT NULL,
    format         text        NOT NULL,
    encoding       text        NOT NULL,
    delimiter      text        NOT NULL,
    header         text[]      NOT NULL,
    rows           jsonb       NOT NULL,
    expected_rows  int,
    mapping        jsonb       NOT NULL,
    tried          uuid,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX file_drafts_by_age ON file_drafts (created_at, id);
CREATE INDEX file_drafts_tried ON file_drafts (tried) WHERE tried IS NOT NULL;

CREATE TABLE file_draft_parts (
    draft_id uuid  NOT NULL REFERENCES file_drafts (id) ON DELETE CASCADE,
    part     int   NOT NULL,
    content  bytea NOT NULL,
    PRIMARY KEY (draft_id, part)
);
