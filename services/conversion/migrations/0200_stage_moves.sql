-- How deals move: which stage they left for which, when, and since when they had stood there. Reports ask how long
-- stages take and where deals are lost; the deal itself knows only where it is now.
CREATE TABLE stage_moves (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    deal_id    uuid        NOT NULL REFERENCES deals,
    from_stage text        NOT NULL,
    to_stage   text        NOT NULL,
    owner      text,
    since      timestamptz NOT NULL,
    at         timestamptz NOT NULL
);
CREATE INDEX stage_moves_at ON stage_moves (at) INCLUDE (from_stage, to_stage, since);
CREATE INDEX stage_moves_deal ON stage_moves (deal_id, id);

-- A move that is taken back is none: the deal stands where it stood, since when it stood there.
CREATE FUNCTION keep_stage_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.stage IS DISTINCT FROM NEW.stage THEN
        DELETE FROM stage_moves m
         WHERE m.id = (SELECT max(id) FROM stage_moves WHERE deal_id = NEW.id)
           AND (m.from_stage, m.to_stage, m.since) = (NEW.stage, OLD.stage, NEW.stage_since);
        IF NOT FOUND THEN
            INSERT INTO stage_moves (deal_id, from_stage, to_stage, owner, since, at)
            VALUES (NEW.id, OLD.stage, NEW.stage, coalesce(NEW.owner, OLD.owner), OLD.stage_since,
                    greatest(NEW.stage_since, OLD.stage_since));
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER deals_move AFTER UPDATE OF stage ON deals FOR EACH ROW EXECUTE FUNCTION keep_stage_move();

-- Who took which table of the reports out of the house.
CREATE TABLE exports (
    id     uuid        PRIMARY KEY,
    report text        NOT NULL,
    by     text        NOT NULL,
    facts  jsonb       NOT NULL DEFAULT '{}',
    rows   int         NOT NULL,
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX exports_at ON exports (at, id);
