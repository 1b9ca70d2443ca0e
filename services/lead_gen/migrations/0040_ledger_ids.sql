-- A page of the ledger ends with the id of an entry: a cursor made of its number would carry the number out.
ALTER TABLE do_not_call ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE INDEX do_not_call_by_time ON do_not_call (at, id);
