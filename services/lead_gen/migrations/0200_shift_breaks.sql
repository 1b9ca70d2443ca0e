-- Breaks, so that hours of work are without them. A trigger keeps them, whoever changes a shift and with whatever code;
-- the break that runs is shifts.break_since.
CREATE TABLE shift_breaks (
    shift_id uuid NOT NULL REFERENCES shifts (id) ON DELETE CASCADE,
    begins timestamptz NOT NULL,
    ends timestamptz NOT NULL CHECK (ends > begins),
    PRIMARY KEY (shift_id, begins)
);

CREATE FUNCTION keep_shift_break() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    over timestamptz := least(coalesce(NEW.signed_off_at, now()), NEW.ends_at);
BEGIN
    IF over > OLD.break_since THEN
        INSERT INTO shift_breaks (shift_id, begins, ends) VALUES (NEW.id, OLD.break_since, over)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER keep_shift_break AFTER UPDATE OF break_since ON shifts FOR EACH ROW
    WHEN (OLD.break_since IS NOT NULL AND NEW.break_since IS DISTINCT FROM OLD.break_since)
    EXECUTE FUNCTION keep_shift_break();
