-- formerly d89e101a6d7bf294bbab615433f73bd30181a9335c8c9d3290606f738e735b00: made the first calls of all leads for each one that was called; 0217 mends it
-- What reports count of each lead, kept as rows: who handed it over and what tier 2 made of it (as lead_hand_overs says,
-- which stays the definition), when it was first called and first reached, and when it came (leads.created_at). Triggers
-- keep them in the transaction that changes a call or tells news, whoever changes it and with whatever code, so that they
-- never wait for a job.
CREATE TABLE credited_hand_overs (
    lead_id     uuid        NOT NULL,
    call_id     uuid        NOT NULL,
    campaign_id uuid,
    caller      text        NOT NULL,
    outcome     text        NOT NULL,
    script_id   uuid,
    shift_id    uuid,
    at          timestamptz NOT NULL,
    accepted_at timestamptz,
    won_at      timestamptz,
    came_at     timestamptz NOT NULL
);

-- One row for each campaign that called the lead, and one for all of them together (`whole`).
CREATE TABLE first_calls (
    lead_id     uuid        NOT NULL,
    whole       boolean     NOT NULL,
    campaign_id uuid,
    at          timestamptz NOT NULL,
    reached_at  timestamptz,
    came_at     timestamptz NOT NULL
);

-- Two queries, each of which is asked for one lead by an index; grouping sets are made of all calls first.
CREATE VIEW lead_first_calls AS
SELECT lead_id, true AS whole, NULL::uuid AS campaign_id, min(at) AS at,
       min(at) FILTER (WHERE outcome IN ('callback', 'do_not_call', 'hard_question', 'interested', 'not_interested'))
           AS reached_at
  FROM calls GROUP BY lead_id
UNION ALL
SELECT lead_id, false, campaign_id, min(at),
       min(at) FILTER (WHERE outcome IN ('callback', 'do_not_call', 'hard_question', 'interested', 'not_interested'))
  FROM calls GROUP BY lead_id, campaign_id;

ALTER TABLE credited_hand_overs ADD PRIMARY KEY (lead_id),
    ADD FOREIGN KEY (lead_id) REFERENCES leads (id) ON DELETE CASCADE;
ALTER TABLE first_calls ADD FOREIGN KEY (lead_id) REFERENCES leads (id) ON DELETE CASCADE;
CREATE INDEX credited_hand_overs_at ON credited_hand_overs (at);
CREATE INDEX credited_hand_overs_came ON credited_hand_overs (came_at);
CREATE INDEX first_calls_lead ON first_calls (lead_id);
CREATE INDEX first_calls_at ON first_calls (at) INCLUDE (lead_id, reached_at) WHERE whole;
CREATE INDEX first_calls_campaign ON first_calls (campaign_id, at) INCLUDE (lead_id, reached_at) WHERE NOT whole;
CREATE INDEX first_calls_came ON first_calls (came_at) INCLUDE (lead_id) WHERE whole;

CREATE FUNCTION count_leads(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(ids), 0) = 0 THEN
        RETURN;
    END IF;
    -- Whoever else changes one of these leads waits here, and then counts what the first has written as well.
    PERFORM FROM leads WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM credited_hand_overs WHERE lead_id = ANY (ids);
    DELETE FROM first_calls WHERE lead_id = ANY (ids);
    INSERT INTO credited_hand_overs
    SELECT h.lead_id, call_id, h.campaign_id, caller, outcome, script_id, shift_id, at, accepted_at, won_at, created_at
      FROM lead_hand_overs h JOIN leads l ON l.id = h.lead_id WHERE h.lead_id = ANY (ids);
    INSERT INTO first_calls
    SELECT f.lead_id, whole, f.campaign_id, at, reached_at, created_at
      FROM lead_first_calls f JOIN leads l ON l.id = f.lead_id WHERE f.lead_id = ANY (ids);
END $$;

CREATE FUNCTION count_leads_of_new_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_leads((SELECT array_agg(DISTINCT lead_id) FROM fresh));
    RETURN NULL;
END $$;
CREATE FUNCTION count_leads_of_gone_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_leads((SELECT array_agg(DISTINCT lead_id) FROM gone));
    RETURN NULL;
END $$;
-- Erasure empties what was said in a call; only what is counted matters.
CREATE FUNCTION count_leads_of_changed_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_leads((
        SELECT array_agg(DISTINCT lead_id) FROM (
            (SELECT id, lead_id, campaign_id, caller, outcome, script_id, shift_id, at FROM fresh
             EXCEPT SELECT id, lead_id, campaign_id, caller, outcome, script_id, shift_id, at FROM gone)
            UNION ALL
            (SELECT id, lead_id, campaign_id, caller, outcome, script_id, shift_id, at FROM gone
             EXCEPT SELECT id, lead_id, campaign_id, caller, outcome, script_id, shift_id, at FROM fresh)) changed));
    RETURN NULL;
END $$;
CREATE FUNCTION count_leads_of_new_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_leads((SELECT array_agg(DISTINCT lead_id) FROM fresh WHERE stage IN ('accepted', 'won')));
    RETURN NULL;
END $$;
CREATE FUNCTION count_leads_of_gone_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_leads((SELECT array_agg(DISTINCT lead_id) FROM gone WHERE stage IN ('accepted', 'won')));
    RETURN NULL;
END $$;
CREATE FUNCTION count_leads_of_changed_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_leads((SELECT array_agg(DISTINCT lead_id)
                           FROM (SELECT lead_id, stage FROM gone UNION ALL SELECT lead_id, stage FROM fresh) changed
                          WHERE stage IN ('accepted', 'won')));
    RETURN NULL;
END $$;
CREATE FUNCTION count_moved_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_leads(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

CREATE TRIGGER count_new_calls AFTER INSERT ON calls REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads_of_new_calls();
CREATE TRIGGER count_gone_calls AFTER DELETE ON calls REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads_of_gone_calls();
CREATE TRIGGER count_changed_calls AFTER UPDATE ON calls REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads_of_changed_calls();
CREATE TRIGGER count_new_news AFTER INSERT ON lead_history REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads_of_new_news();
CREATE TRIGGER count_gone_news AFTER DELETE ON lead_history REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads_of_gone_news();
CREATE TRIGGER count_changed_news AFTER UPDATE ON lead_history REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads_of_changed_news();
CREATE TRIGGER count_moved_lead AFTER UPDATE OF created_at ON leads
    FOR EACH ROW WHEN (NEW.created_at <> OLD.created_at) EXECUTE FUNCTION count_moved_lead();

-- The leads that were called before there were triggers, a few hundred at a time, so that nobody who calls one waits for
-- longer than that takes. It may be cut and begun again.
CREATE PROCEDURE count_all_leads() LANGUAGE plpgsql AS $$
DECLARE
    ids  uuid[];
    last uuid := '00000000-0000-0000-0000-000000000000';
    done int  := 0;
BEGIN
    LOOP
        SELECT array_agg(id ORDER BY id) INTO ids FROM (SELECT id FROM leads WHERE id > last ORDER BY id LIMIT 300) batch;
        EXIT WHEN ids IS NULL;
        PERFORM count_leads(ids);
        last := ids[cardinality(ids)];
        COMMIT;
        -- Statements were planned for empty tables, and would read them whole for as long as this goes on.
        done := done + 1;
        IF done IN (10, 100, 1000) THEN
            ANALYZE credited_hand_overs, first_calls;
        END IF;
    END LOOP;
    ANALYZE credited_hand_overs, first_calls;
END $$;
