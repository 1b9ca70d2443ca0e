-- Selection: what criteria ask of a lead in one look, and scores that are versioned and never replaced silently.

-- When somebody of the company last answered a call. Kept by the database, so that nobody who writes calls, merges
-- leads or brings old calls in can forget it.
ALTER TABLE leads ADD COLUMN last_contact_at timestamptz;
-- The version of the score that `score` is of; NULL for a lead that was never scored, or edited since.
ALTER TABLE leads ADD COLUMN score_version int;

CREATE FUNCTION lead_last_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE leads SET last_contact_at = (
        SELECT max(c.at) FROM calls c WHERE c.lead_id = leads.id
           AND c.outcome IN ('callback', 'not_interested', 'do_not_call', 'interested', 'hard_question'))
     WHERE id = NEW.lead_id OR (TG_OP = 'UPDATE' AND id = OLD.lead_id);
    RETURN NULL;
END $$;
CREATE TRIGGER calls_last_contact AFTER INSERT ON calls
    FOR EACH ROW WHEN (NEW.outcome NOT IN ('no_answer', 'busy', 'voicemail', 'wrong_number'))
    EXECUTE FUNCTION lead_last_contact();
CREATE TRIGGER calls_last_contact_moved AFTER UPDATE OF lead_id, outcome, at ON calls
    FOR EACH ROW EXECUTE FUNCTION lead_last_contact();

UPDATE leads l SET last_contact_at = c.at
  FROM (SELECT lead_id, max(at) AS at FROM calls
         WHERE outcome IN ('callback', 'not_interested', 'do_not_call', 'interested', 'hard_question')
         GROUP BY lead_id) c
 WHERE c.lead_id = l.id;

-- A lead whose facts are edited is scored again.
CREATE FUNCTION lead_score_is_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.score_version := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER leads_score_is_old
    BEFORE UPDATE OF company, contact_name, email, industry, size, region, city, language, timezone, website, tax_id,
                     source ON leads
    FOR EACH ROW
    WHEN ((OLD.company, OLD.contact_name, OLD.email, OLD.industry, OLD.size, OLD.region, OLD.city, OLD.language,
           OLD.timezone, OLD.website, OLD.tax_id, OLD.source)
          IS DISTINCT FROM
          (NEW.company, NEW.contact_name, NEW.email, NEW.industry, NEW.size, NEW.region, NEW.city, NEW.language,
           NEW.timezone, NEW.website, NEW.tax_id, NEW.source))
    EXECUTE FUNCTION lead_score_is_old();
CREATE INDEX leads_unscored ON leads (id) WHERE score_version IS NULL;

-- Counting who could be called reads this index instead of every number.
CREATE INDEX lead_phones_working ON lead_phones (lead_id) WHERE NOT bad;
CREATE INDEX do_not_call_holds ON do_not_call (phone) WHERE withdrawn_at IS NULL;
CREATE INDEX criteria_name ON criteria (name, created_at, id);

CREATE TABLE scores (
    id           uuid        PRIMARY KEY,
    version      int         NOT NULL UNIQUE,
    name         text        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('weights', 'learned')),
    state        text        NOT NULL CHECK (state IN ('queued', 'training', 'ready', 'failed')),
    reason       text,
    weights      jsonb,
    model        jsonb,
    quality      jsonb,
    -- Training is taken under a lease: a worker that dies gives it back.
    lease_until  timestamptz,
    lease_token  int         NOT NULL DEFAULT 0,
    active       boolean     NOT NULL DEFAULT false,
    activated_at timestamptz,
    activated_by text,
    -- How far through the register its leads were scored after the activation.
    scored_to    uuid,
    scored       int         NOT NULL DEFAULT 0,
    scored_all   boolean     NOT NULL DEFAULT false,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    ready_at     timestamptz,
    CHECK (NOT active OR state = 'ready'),
    CHECK ((kind = 'weights') = (weights IS NOT NULL))
);
CREATE UNIQUE INDEX scores_active ON scores (active) WHERE active;
CREATE INDEX scores_waiting ON scores (created_at) WHERE state IN ('queued', 'training');
