-- A call that is taken back was no contact.
CREATE OR REPLACE FUNCTION lead_last_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE leads SET last_contact_at = (
        SELECT max(c.at) FROM calls c WHERE c.lead_id = leads.id
           AND c.outcome IN ('callback', 'not_interested', 'do_not_call', 'interested', 'hard_question'))
     WHERE (TG_OP <> 'DELETE' AND id = NEW.lead_id) OR (TG_OP <> 'INSERT' AND id = OLD.lead_id);
    RETURN NULL;
END $$;
CREATE TRIGGER calls_last_contact_undone AFTER DELETE ON calls
    FOR EACH ROW WHEN (OLD.outcome NOT IN ('no_answer', 'busy', 'voicemail', 'wrong_number'))
    EXECUTE FUNCTION lead_last_contact();
