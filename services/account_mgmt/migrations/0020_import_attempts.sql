-- An import that fails again and again is given up with its reason, and a person can call one off.
ALTER TABLE imports
    DROP CONSTRAINT imports_state_check,
    ADD CONSTRAINT imports_state_check CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    ADD COLUMN attempts int NOT NULL DEFAULT 0;
