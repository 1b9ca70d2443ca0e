-- Who let a lead return to cold calling stands in the audit, beside who put it on the list and who lifted it.
ALTER TABLE audit
    DROP CONSTRAINT audit_action_check,
    ADD CONSTRAINT audit_action_check CHECK (action IN ('export', 'reveal', 'erase', 'edit', 'reopen'));
