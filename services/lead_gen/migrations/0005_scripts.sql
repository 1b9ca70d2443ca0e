-- Scripts, instructions, evaluation: which version a call was led by, instructions that are kept up to date and found
-- by the situation, and indexes for figures from the records.

ALTER TABLE calls ADD COLUMN script_id uuid REFERENCES scripts (id);
UPDATE calls c SET script_id = s.id
  FROM campaigns k
  JOIN scripts chosen ON chosen.id = k.script_id
  JOIN scripts s ON s.name = chosen.name
 WHERE c.campaign_id = k.id AND s.version = c.script_version;

-- In which shift a call was made is a fact of that moment, whatever is written into the rota afterwards.
ALTER TABLE calls ADD COLUMN shift_id uuid REFERENCES shifts (id);
UPDATE calls c SET shift_id = (
    SELECT s.id FROM shifts s
     WHERE s.caller_id = c.caller AND s.signed_on_at <= c.at AND c.at < coalesce(s.signed_off_at, s.ends_at)
     ORDER BY s.signed_on_at DESC, s.id DESC LIMIT 1);

-- Who is credited with what tier 2 made of a lead: its last handed-over call.
CREATE INDEX calls_handed_over ON calls (lead_id, at, id) WHERE outcome IN ('interested', 'hard_question');

ALTER TABLE instructions
    DROP COLUMN search,
    ADD COLUMN situations text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN version    int         NOT NULL DEFAULT 1,
    ADD COLUMN helped     int         NOT NULL DEFAULT 0,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN archived_at timestamptz,
    -- Written by the repository from folded words: what a server takes for a letter, and its small form, depends on
    -- its locale, and in "C" it knows Latin ones only.
    ADD COLUMN search     tsvector    NOT NULL DEFAULT '';
UPDATE instructions SET updated_at = created_at, search =
    setweight(to_tsvector('simple', translate(lower(title), 'АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ«»—’ʼ`''',
                                              'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя   ')), 'A') ||
    setweight(to_tsvector('simple', translate(lower(text), 'АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ«»—’ʼ`''',
                                              'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя   ')), 'B');
CREATE INDEX instructions_search ON instructions USING gin (search) WHERE archived_at IS NULL;
CREATE INDEX instructions_situations ON instructions USING gin (situations) WHERE archived_at IS NULL;
CREATE INDEX instructions_page ON instructions (created_at, id) WHERE archived_at IS NULL;

CREATE TABLE instruction_versions (
    instruction_id uuid        NOT NULL REFERENCES instructions (id) ON DELETE CASCADE,
    version        int         NOT NULL,
    title          text        NOT NULL,
    text           text        NOT NULL,
    tags           text[]      NOT NULL,
    situations     text[]      NOT NULL,
    by             text        NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (instruction_id, version)
);
INSERT INTO instruction_versions (instruction_id, version, title, text, tags, situations, by, at)
SELECT id, 1, title, text, tags, situations, created_by, created_at FROM instructions;

-- An instruction helps a caller once per call, or once a day where no call is named.
CREATE TABLE instruction_helped (
    instruction_id uuid        NOT NULL REFERENCES instructions (id) ON DELETE CASCADE,
    caller         text        NOT NULL,
    occasion       text        NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (instruction_id, caller, occasion)
);
