-- What the calls and the hours of a day that is over came to, kept by caller and campaign, so that a report of a quarter adds up
-- days. A day is midnight to midnight on the house's clock (HOME_ZONE). The worker seals days; whoever changes a call or a shift
-- of a day that is over marks it in the same transaction, with whatever code, and reports count a marked day from its
-- records until it is sealed anew: what is kept never says anything else than the records.
CREATE FUNCTION house_day(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (at AT TIME ZONE 'Europe/Kyiv')::date;
CREATE FUNCTION house_midnight(day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN day::timestamp AT TIME ZONE 'Europe/Kyiv';

CREATE TABLE sealed_days (
    day       date        PRIMARY KEY,
    begins    timestamptz NOT NULL,
    ends      timestamptz NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now()
);

-- Marks, not deletions: any number of people can mark one day at once, and nobody waits for anybody.
CREATE TABLE unsealed_days (
    day date NOT NULL
);
CREATE INDEX unsealed_days_day ON unsealed_days (day);

-- Work without a call belongs to no campaign and has no calls.
CREATE TABLE day_figures (
    day            date   NOT NULL REFERENCES sealed_days (day) ON DELETE CASCADE,
    caller         text   NOT NULL,
    campaign_id    uuid,
    calls          int    NOT NULL,
    contacts       int    NOT NULL,
    interested     int    NOT NULL,
    hard_questions int    NOT NULL,
    talk_seconds   bigint NOT NULL,
    hours          float8 NOT NULL
);
CREATE INDEX day_figures_day ON day_figures (day);

-- How many leads were called (reached) on the day, by the day of their last call (conversation) before: so many of them count on
-- this day in a period that begins after that one. A lead that is called on two days of a period counts once.
CREATE TABLE day_leads (
    day     date NOT NULL REFERENCES sealed_days (day) ON DELETE CASCADE,
    before  date,
    called  int  NOT NULL,
    reached int  NOT NULL
);
CREATE INDEX day_leads_day ON day_leads (day);

CREATE FUNCTION unseal_days(days date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one date;
BEGIN
    -- Whoever seals one of these days takes its lock alone, and counts what is written here when it is committed.
    FOR one IN SELECT DISTINCT d FROM unnest(days) d ORDER BY d LOOP
        PERFORM pg_advisory_xact_lock_shared(220, one - date '2000-01-01');
    END LOOP;
    -- By the clock, not by the beginning of the transaction: it may have begun before midnight.
    INSERT INTO unsealed_days SELECT DISTINCT d FROM unnest(days) d WHERE d < house_day(clock_timestamp());
END $$;

-- A call outside of a shift stands for the time since the one before, so it can matter to the first minutes of the next day;
-- and it is the one before of its lead's later calls.
CREATE FUNCTION days_of_call(lead uuid, made timestamptz) RETURNS SETOF date LANGUAGE sql STABLE AS $$
    SELECT house_day(made) UNION ALL SELECT house_day(made + interval '15 minutes')
    UNION ALL SELECT house_day(at) FROM calls WHERE lead_id = lead AND at > made
$$;
-- These triggers come after those that count leads (by their names), which make two who change one lead wait for each other:
-- so later calls of a lead that others tell at the same time are seen here.
CREATE FUNCTION unseal_days_of_new_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM unseal_days((SELECT array_agg(d) FROM fresh CROSS JOIN LATERAL days_of_call(lead_id, at) d));
    RETURN NULL;
END $$;
CREATE FUNCTION unseal_days_of_gone_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM unseal_days((SELECT array_agg(d) FROM gone CROSS JOIN LATERAL days_of_call(lead_id, at) d));
    RETURN NULL;
END $$;
-- Erasure empties what was said in a call; only what is counted matters.
CREATE FUNCTION unseal_days_of_changed_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM unseal_days((
        SELECT array_agg(d) FROM (
            (SELECT id, lead_id, at, caller, campaign_id, outcome, talk_seconds FROM fresh
             EXCEPT SELECT id, lead_id, at, caller, campaign_id, outcome, talk_seconds FROM gone)
            UNION ALL
            (SELECT id, lead_id, at, caller, campaign_id, outcome, talk_seconds FROM gone
             EXCEPT SELECT id, lead_id, at, caller, campaign_id, outcome, talk_seconds FROM fresh)) changed
         CROSS JOIN LATERAL days_of_call(lead_id, at) d));
    RETURN NULL;
END $$;
CREATE TRIGGER unseal_new_calls AFTER INSERT ON calls REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION unseal_days_of_new_calls();
CREATE TRIGGER unseal_gone_calls AFTER DELETE ON calls REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION unseal_days_of_gone_calls();
CREATE TRIGGER unseal_changed_calls AFTER UPDATE ON calls REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION unseal_days_of_changed_calls();

-- Shifts and breaks: all days from their beginning to their end.
CREATE FUNCTION unseal_span(begins timestamptz, ends timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM unseal_days((SELECT array_agg(house_day(begins) + n)
                           FROM generate_series(0, house_day(least(ends, clock_timestamp())) - house_day(begins)) n));
END $$;
CREATE FUNCTION unseal_days_of_shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.signed_on_at IS NOT NULL THEN
        PERFORM unseal_span(OLD.signed_on_at, greatest(OLD.signed_off_at, OLD.ends_at));
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.signed_on_at IS NOT NULL THEN
        PERFORM unseal_span(NEW.signed_on_at, greatest(NEW.signed_off_at, NEW.ends_at));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER unseal_shift AFTER INSERT OR DELETE OR UPDATE OF caller_id, signed_on_at, signed_off_at, ends_at, break_since
    ON shifts FOR EACH ROW EXECUTE FUNCTION unseal_days_of_shift();
CREATE FUNCTION unseal_days_of_break() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM unseal_span(OLD.begins, OLD.ends);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM unseal_span(NEW.begins, NEW.ends);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER unseal_break AFTER INSERT OR DELETE OR UPDATE ON shift_breaks
    FOR EACH ROW EXECUTE FUNCTION unseal_days_of_break();
