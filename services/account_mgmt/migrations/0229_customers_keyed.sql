-- By which generation of rules the keys of a customer were worked out last; those from before are none's.
ALTER TABLE customers ADD COLUMN keyed smallint NOT NULL DEFAULT 0;
