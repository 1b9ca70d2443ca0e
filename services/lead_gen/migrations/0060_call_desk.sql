-- A script as its author wrote it: jsonb forgets the order of the answers, and a caller presses them by number.
-- Versions without it, also those that an older process writes, are read from `body` as before.
ALTER TABLE scripts ADD COLUMN written json;

-- What somebody has typed and where they are in the script while a call is theirs, so that a closed browser, another
-- one, or a lost lease loses nothing. Gone with the outcome; `given_at` is when it went to the supervisor instead.
CREATE TABLE call_drafts (
    item_id  uuid        NOT NULL,
    caller   text        NOT NULL,
    lead_id  uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    path     text[]      NOT NULL DEFAULT '{}',
    typed    jsonb       NOT NULL DEFAULT '{}',
    at       timestamptz NOT NULL DEFAULT now(),
    given_at timestamptz,
    PRIMARY KEY (item_id, caller)
);
CREATE INDEX call_drafts_caller ON call_drafts (caller, at) WHERE given_at IS NULL;
CREATE INDEX call_drafts_lead ON call_drafts (lead_id);
CREATE INDEX call_drafts_given ON call_drafts (given_at, item_id) WHERE given_at IS NOT NULL;
