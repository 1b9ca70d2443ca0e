-- Who changed what of a thing that several people edit, and when: what a refused change is told about. `thing` is a
-- hash of its kind and its key, the tags are hashes of what was shown before and after: no contact data is in here.
CREATE TABLE edits (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thing    text NOT NULL,
    by       text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    fields   text[] NOT NULL,
    was      text NOT NULL,
    became   text NOT NULL
);
CREATE INDEX edits_of_thing ON edits (thing, id DESC);
CREATE INDEX edits_at ON edits (at);
