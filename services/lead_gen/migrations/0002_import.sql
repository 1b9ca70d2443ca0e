-- Imports by the ten thousand rows a second, and one company known by many keys.

-- What a company is recognised by besides its numbers: `t:` tax id, `e:` e-mail, `d:` web domain. One owner each.
-- No foreign key: leads are never deleted, a key is written in one transaction with its lead, and checking each of
-- them again costs a sixth of an import.
CREATE TABLE lead_keys (
    key     text PRIMARY KEY,
    lead_id uuid NOT NULL
);
CREATE INDEX lead_keys_lead ON lead_keys (lead_id);
INSERT INTO lead_keys (key, lead_id) SELECT 't:' || tax_id, id FROM leads WHERE tax_id IS NOT NULL;
INSERT INTO lead_keys (key, lead_id)
SELECT DISTINCT ON (lower(email)) 'e:' || lower(email), id FROM leads WHERE email LIKE '%@%' ORDER BY lower(email), id
ON CONFLICT DO NOTHING;
DROP INDEX leads_tax_id;

-- Thousands of names are put into the trigram index at once rather than one by one.
ALTER INDEX leads_name SET (gin_pending_list_limit = 65536);

ALTER TABLE imports
    ADD COLUMN format        text NOT NULL DEFAULT 'csv' CHECK (format IN ('csv', 'xlsx')),
    ADD COLUMN expected_rows int,
    ADD COLUMN accepted      int  NOT NULL DEFAULT 0,
    ADD COLUMN merged        int  NOT NULL DEFAULT 0,
    ADD COLUMN duplicates    int  NOT NULL DEFAULT 0,
    ADD COLUMN rejected      int  NOT NULL DEFAULT 0;
UPDATE imports i
   SET accepted = r.accepted, merged = r.merged, duplicates = r.duplicates, rejected = r.rejected
  FROM (SELECT import_id, count(*) FILTER (WHERE verdict = 'accepted') AS accepted,
               count(*) FILTER (WHERE verdict = 'merged') AS merged,
               count(*) FILTER (WHERE verdict = 'duplicate') AS duplicates,
               count(*) FILTER (WHERE verdict = 'rejected') AS rejected
          FROM import_rows GROUP BY import_id) r
 WHERE r.import_id = i.id;
CREATE INDEX imports_page ON imports (created_at, id);
CREATE INDEX import_rows_rejected ON import_rows (import_id, line) WHERE verdict = 'rejected';
ALTER TABLE import_rows DROP CONSTRAINT import_rows_import_id_fkey;
-- Only leads of a campaign are asked for by it.
DROP INDEX leads_campaign;
CREATE INDEX leads_campaign ON leads (campaign_id, stage) WHERE campaign_id IS NOT NULL;

-- What a dry run has seen so far in its own file; gone when it ends. Under `l:` and the id of a lead that it would
-- have made stands which of its fields are filled.
CREATE TABLE import_dry_keys (
    import_id uuid NOT NULL,
    key       text NOT NULL,
    lead_id   uuid NOT NULL,
    filled    jsonb,
    PRIMARY KEY (import_id, key)
);

-- Two leads that may be one company: offered to the supervisor, who merges or refuses.
CREATE TABLE lead_duplicates (
    id         uuid        PRIMARY KEY,
    lead_a     uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    lead_b     uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    similarity real        NOT NULL CHECK (similarity BETWEEN 0 AND 1),
    reason     text        NOT NULL,
    state      text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'refused')),
    decided_by text,
    decided_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (lead_a < lead_b),
    UNIQUE (lead_a, lead_b)
);
CREATE INDEX lead_duplicates_page ON lead_duplicates (state, created_at, id);
CREATE INDEX lead_duplicates_b ON lead_duplicates (lead_b);

-- Everything that a merge moved, so that it can be undone to the row.
CREATE TABLE lead_merges (
    id          uuid        PRIMARY KEY,
    kept        uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    gone        uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    duplicate_id uuid       NOT NULL REFERENCES lead_duplicates (id) ON DELETE CASCADE,
    moved       jsonb       NOT NULL,
    by          text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    undone_by   text,
    undone_at   timestamptz
);
CREATE INDEX lead_merges_kept ON lead_merges (kept);
CREATE INDEX lead_merges_gone ON lead_merges (gone);
CREATE INDEX lead_merges_duplicate ON lead_merges (duplicate_id);
ALTER TABLE leads ADD COLUMN merged_into uuid REFERENCES leads (id);
CREATE INDEX leads_merged ON leads (merged_into) WHERE merged_into IS NOT NULL;

-- Names by block (city, first letters, digits): only names of one block are compared.
CREATE TABLE lead_blocks (
    lead_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    block   text NOT NULL,
    name    text NOT NULL,
    PRIMARY KEY (lead_id, block)
);
CREATE INDEX lead_blocks_block ON lead_blocks (block);
CREATE TABLE lead_blocks_progress (
    singleton  boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    created_at timestamptz NOT NULL,
    lead_id    uuid        NOT NULL
);
INSERT INTO lead_blocks_progress (created_at, lead_id) VALUES ('-infinity', '00000000-0000-0000-0000-000000000000');

-- A file lives for seconds: squeezing it costs more than the room it takes.
ALTER TABLE import_files ALTER COLUMN content SET STORAGE EXTERNAL;
