-- Who is on duty, who waits for whom, and what was promised to the lead.

ALTER TABLE managers
    ADD COLUMN email       text,
    ADD COLUMN products    text[] NOT NULL DEFAULT '{}',
    ADD COLUMN hours       jsonb,
    ADD COLUMN daily_quota int CHECK (daily_quota >= 0);

CREATE TABLE absences (
    id         uuid        PRIMARY KEY,
    manager    text        NOT NULL REFERENCES managers,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    during     tstzrange   NOT NULL GENERATED ALWAYS AS (tstzrange(starts_at, ends_at)) STORED,
    reason     text        NOT NULL DEFAULT '',
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (ends_at > starts_at),
    CONSTRAINT absences_no_overlap EXCLUDE USING gist (manager WITH =, during WITH &&)
);

-- Offers per manager and day of the tier's time zone: fair share and daily quota read a few rows, not the history.
CREATE TABLE offers_by_day (
    manager text NOT NULL REFERENCES managers,
    day     date NOT NULL,
    offered int  NOT NULL,
    PRIMARY KEY (day, manager)
);
INSERT INTO offers_by_day (manager, day, offered)
SELECT manager, (offered_at AT TIME ZONE 'Europe/Kyiv')::date, count(*) FROM hand_overs
 WHERE manager IS NOT NULL GROUP BY 1, 2;
DROP INDEX hand_overs_share;

-- Open work per manager, kept by triggers: routing reads a row per manager, however many deals there are.
CREATE TABLE manager_load (
    manager text PRIMARY KEY,
    deals   int NOT NULL DEFAULT 0,
    offers  int NOT NULL DEFAULT 0
);

CREATE FUNCTION add_to_load(who text, more_deals int, more_offers int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO manager_load (manager, deals, offers) VALUES (who, more_deals, more_offers)
    ON CONFLICT (manager) DO UPDATE
       SET deals = manager_load.deals + more_deals, offers = manager_load.offers + more_offers
$$;

CREATE FUNCTION worked_by(stage text, owner text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating') THEN owner END
$$;

CREATE FUNCTION count_deal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := CASE WHEN TG_OP <> 'INSERT' THEN worked_by(OLD.stage, OLD.owner) END;
    after  text := CASE WHEN TG_OP <> 'DELETE' THEN worked_by(NEW.stage, NEW.owner) END;
BEGIN
    IF before IS DISTINCT FROM after THEN
        IF before IS NOT NULL THEN PERFORM add_to_load(before, -1, 0); END IF;
        IF after IS NOT NULL THEN PERFORM add_to_load(after, 1, 0); END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION count_offer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := CASE WHEN TG_OP <> 'INSERT' AND OLD.state = 'open' THEN OLD.manager END;
    after  text := CASE WHEN TG_OP <> 'DELETE' AND NEW.state = 'open' THEN NEW.manager END;
BEGIN
    IF before IS DISTINCT FROM after THEN
        IF before IS NOT NULL THEN PERFORM add_to_load(before, 0, -1); END IF;
        IF after IS NOT NULL THEN PERFORM add_to_load(after, 0, 1); END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER deals_count AFTER INSERT OR DELETE OR UPDATE OF stage, owner ON deals
    FOR EACH ROW EXECUTE FUNCTION count_deal();
CREATE TRIGGER hand_overs_count AFTER INSERT OR DELETE OR UPDATE OF state, manager ON hand_overs
    FOR EACH ROW EXECUTE FUNCTION count_offer();
INSERT INTO manager_load (manager, deals, offers)
SELECT m.id,
       (SELECT count(*) FROM deals d WHERE worked_by(d.stage, d.owner) = m.id),
       (SELECT count(*) FROM hand_overs h WHERE h.state = 'open' AND h.manager = m.id)
  FROM managers m;

ALTER TABLE hand_overs
    ADD COLUMN waiting     boolean     NOT NULL DEFAULT false,
    ADD COLUMN overflow_at timestamptz,
    ADD COLUMN level       int         NOT NULL DEFAULT 0,
    ADD COLUMN sticky      text,
    ADD COLUMN excluded    text[]      NOT NULL DEFAULT '{}',
    DROP CONSTRAINT hand_overs_state_check,
    ADD CONSTRAINT hand_overs_state_check
        CHECK (state IN ('open', 'accepted', 'declined', 'expired', 'returned', 'cancelled')),
    -- Who waits for a free manager has none yet.
    ADD CONSTRAINT hand_overs_waiting_for_one CHECK (NOT waiting OR manager IS NULL OR state <> 'open');
-- Whoever waits longest comes first, after what is more urgent.
CREATE INDEX hand_overs_waiting ON hand_overs (priority DESC, offered_at, item_id) WHERE state = 'open' AND waiting;
CREATE INDEX hand_overs_deal ON hand_overs (deal_id, item_id);
CREATE INDEX hand_overs_when ON hand_overs (offered_at, manager, state);

ALTER TABLE deals
    ADD COLUMN products     text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN promised_by  timestamptz,
    ADD COLUMN promise      text        CHECK (promise IN ('open', 'kept', 'late')),
    ADD COLUMN stage_since  timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN loss_code    text,
    ADD CHECK ((promise IS NULL) = (promised_by IS NULL));
UPDATE deals SET stage_since = updated_at;
CREATE INDEX deals_promised ON deals (promised_by) WHERE promise = 'open';
CREATE INDEX deals_accepted ON deals (accepted_at) WHERE accepted_at IS NOT NULL;
CREATE INDEX deals_overdue ON deals (next_action_at)
    WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
CREATE INDEX deals_closed ON deals (closed_at) WHERE closed_at IS NOT NULL;
DROP INDEX deals_won;
CREATE INDEX deals_created ON deals (created_at);
CREATE INDEX hand_overs_of ON hand_overs (manager) WHERE state = 'open';
