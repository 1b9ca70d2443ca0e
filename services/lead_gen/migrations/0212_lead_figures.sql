-- What reports count of each lead, kept as rows: who handed it over and what tier 2 made of it (as lead_hand_overs says,
-- which stays the definition), and when it was first called and first reached. Triggers keep them in the transaction
-- that changes a call or tells news, whoever changes it and with whatever code, so they never wait for a job.
CREATE TABLE credited_hand_overs (
    lead_id     uuid        PRIMARY KEY REFERENCES leads (id) ON DELETE CASCADE,
    call_id     uuid        NOT NULL,
    campaign_id uuid,
    caller      text        NOT NULL,
    outcome     text        NOT NULL,
    script_id   uuid,
    shift_id    uuid,
    at          timestamptz NOT NULL,
    accepted_at timestamptz,
    won_at      timestamptz
);
CREATE INDEX credited_hand_overs_at ON credited_hand_overs (at);

-- One row for each campaign that called the lead, and one for all of them together (`whole`).
CREATE TABLE first_calls (
    lead_id     uuid        NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
    whole       boolean     NOT NULL,
    campaign_id uuid,
    at          timestamptz NOT NULL,
    reached_at  timestamptz
);
CREATE INDEX first_calls_lead ON first_calls (lead_id);
CREATE INDEX first_calls_at ON first_calls (at) INCLUDE (lead_id, reached_at) WHERE whole;
CREATE INDEX first_calls_campaign ON first_calls (campaign_id, at) INCLUDE (lead_id, reached_at) WHERE NOT whole;

CREATE VIEW lead_first_calls AS
SELECT lead_id, grouping(campaign_id) = 1 AS whole, campaign_id, min(at) AS at,
       min(at) FILTER (WHERE outcome IN ('callback', 'do_not_call', 'hard_question', 'interested', 'not_interested'))
           AS reached_at
  FROM calls GROUP BY GROUPING SETS ((lead_id), (lead_id, campaign_id));

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
    SELECT lead_id, call_id, campaign_id, caller, outcome, script_id, shift_id, at, accepted_at, won_at
      FROM lead_hand_overs WHERE lead_id = ANY (ids);
    INSERT INTO first_calls SELECT lead_id, whole, campaign_id, at, reached_at FROM lead_first_calls
     WHERE lead_id = ANY (ids);
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

-- The triggers hold writers of calls back until this transaction ends, so nothing is missed between them and these.
INSERT INTO credited_hand_overs
SELECT lead_id, call_id, campaign_id, caller, outcome, script_id, shift_id, at, accepted_at, won_at FROM lead_hand_overs;
INSERT INTO first_calls SELECT lead_id, whole, campaign_id, at, reached_at FROM lead_first_calls;
