-- What a row of an import added to a lead that it was merged into, so that it can be taken back. `fields` is the whole
-- row, `filled` what it filled of the lead. Without foreign keys, as lead_keys.
CREATE TABLE import_merges (
    import_id uuid        NOT NULL,
    line      int         NOT NULL,
    lead_id   uuid        NOT NULL,
    fields    jsonb       NOT NULL,
    filled    jsonb       NOT NULL,
    phones    text[]      NOT NULL,
    keys      text[]      NOT NULL,
    undone_at timestamptz,
    undone_by text,
    PRIMARY KEY (import_id, line)
);
CREATE INDEX import_merges_lead ON import_merges (lead_id);

-- Who is reached behind a switchboard's number, which many of its tenants share: few numbers have an extension.
CREATE INDEX lead_phones_switchboard ON lead_phones (split_part(phone, ';', 1)) WHERE phone LIKE '%;%';
