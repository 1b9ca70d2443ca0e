-- Attempts are the calls made in the lead's round of cold calling. They were written only when the next call was
-- planned, so the last call of every round was missing, and a lead decided in its first call had none. Now the call
-- itself counts, whoever writes it, and one that is taken back does not.
CREATE FUNCTION lead_attempts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE leads SET attempts = NEW.attempt WHERE id = NEW.lead_id AND attempts < NEW.attempt;
    ELSE
        UPDATE leads SET attempts = OLD.attempt - 1 WHERE id = OLD.lead_id AND attempts = OLD.attempt;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER calls_attempts AFTER INSERT OR DELETE ON calls FOR EACH ROW EXECUTE FUNCTION lead_attempts();

-- A round that is under way counts from its next call on.
UPDATE leads l SET attempts = c.attempt
  FROM (SELECT DISTINCT ON (lead_id) lead_id, attempt FROM calls ORDER BY lead_id, at DESC, id DESC) c
 WHERE c.lead_id = l.id AND l.attempts < c.attempt AND l.stage <> 'calling';
