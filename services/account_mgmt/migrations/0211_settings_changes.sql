-- Who changed what of the products and the legal entities, from what to what: the history on their pages.
CREATE TABLE settings_changes (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text        NOT NULL CHECK (kind IN ('product', 'legal_entity')),
    thing    text        NOT NULL,
    by       text        NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    was      jsonb       NOT NULL,
    became   jsonb       NOT NULL
);
CREATE INDEX settings_changes_of_thing ON settings_changes (kind, thing, id DESC);
CREATE INDEX settings_changes_of_kind ON settings_changes (kind, id DESC);
