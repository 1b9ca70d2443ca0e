-- Who had which call, under which token: a call that was made is taken from them even when its lease is over (the shift
-- ended, a break). `returned_at` is when the house took it from them; without it, it ran out or was given back.
-- `reported_at` is when they told what came of it, or took that back.
CREATE TABLE call_leases (
    item_id     uuid        NOT NULL,
    token       int         NOT NULL,
    caller      text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    returned_at timestamptz,
    reported_at timestamptz,
    PRIMARY KEY (item_id, token)
);

CREATE FUNCTION keep_call_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO call_leases (item_id, token, caller) VALUES (NEW.id, NEW.lease_token, NEW.leased_by)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER work_items_call_lease AFTER UPDATE OF lease_token ON work_items
    FOR EACH ROW WHEN (NEW.kind = 'call' AND NEW.state = 'leased' AND OLD.lease_token <> NEW.lease_token)
    EXECUTE FUNCTION keep_call_lease();
INSERT INTO call_leases (item_id, token, caller)
SELECT id, lease_token, leased_by FROM work_items WHERE kind = 'call' AND state = 'leased'
ON CONFLICT DO NOTHING;

-- A call that was told too late to answer the work it was made under. Its `item_id` is its own then, because that work
-- has its answer, or never gets one; `not_followed` says why nothing came of it, if nothing did.
ALTER TABLE calls
    ADD COLUMN late_for     uuid,
    ADD COLUMN not_followed text;
