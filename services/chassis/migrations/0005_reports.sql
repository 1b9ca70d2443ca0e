-- Whether a row was given to Temporal before: a dispatcher that died, or an answer that got lost, leaves that open.
ALTER TABLE outbox ADD COLUMN tried boolean NOT NULL DEFAULT false;
-- Reports to another tier: an activity on that tier's queue, started by the dispatcher, that no workflow waits for.
ALTER TABLE outbox ADD COLUMN activity text;
ALTER TABLE outbox DROP CONSTRAINT outbox_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_has_a_purpose
    CHECK (signal IS NOT NULL OR workflow IS NOT NULL OR activity IS NOT NULL) NOT VALID;
