-- An edit of a lead by hand stands in the audit, as everything does that is done to its data.
ALTER TABLE audit
    DROP CONSTRAINT audit_action_check,
    ADD CONSTRAINT audit_action_check CHECK (action IN ('export', 'reveal', 'erase', 'edit'));
