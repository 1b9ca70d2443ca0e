-- Commission from events: what happened to a sale's money, and the ledger that follows from it. Both only grow.

CREATE TABLE commission_events (
    id          uuid           PRIMARY KEY,
    key         text           NOT NULL UNIQUE,
    kind        text           NOT NULL CHECK (kind IN ('sold', 'ordered', 'paid', 'refunded', 'credited', 'cancelled')),
    sale_id     uuid           NOT NULL,
    lead_id     uuid           NOT NULL,
    amount      numeric(16, 2) NOT NULL CHECK (amount >= 0),
    total       numeric(16, 2),
    currency    text           NOT NULL,
    shares      jsonb          NOT NULL DEFAULT '[]',
    policy_version int         REFERENCES policies,
    happened_at timestamptz    NOT NULL,
    recorded_at timestamptz    NOT NULL DEFAULT now()
);
CREATE INDEX commission_events_sale ON commission_events (sale_id, id);

CREATE TABLE commission_splits (
    deal_id uuid NOT NULL REFERENCES deals,
    role    text NOT NULL CHECK (role IN ('sourced', 'closed')),
    person  text NOT NULL,
    percent numeric(5, 2) NOT NULL CHECK (percent > 0 AND percent <= 100),
    set_by  text NOT NULL,
    set_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (deal_id, role, person)
);

CREATE TABLE commission_months (
    month     text        PRIMARY KEY CHECK (month ~ '^20\d\d-(0[1-9]|1[0-2])$'),
    closed_by text        NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE commissions
    ALTER COLUMN deal_id DROP NOT NULL,
    ALTER COLUMN lead_id DROP NOT NULL,
    ALTER COLUMN policy_version DROP NOT NULL,
    ADD COLUMN sale_id uuid,
    ADD COLUMN month   text,
    ADD COLUMN reason  text,
    DROP CONSTRAINT commissions_kind_check,
    ADD CONSTRAINT commissions_kind_check CHECK (kind IN ('accrued', 'vested', 'clawed_back', 'adjusted')),
    ADD CHECK (kind <> 'adjusted' OR reason IS NOT NULL);
UPDATE commissions SET sale_id = deal_id, month = to_char(at AT TIME ZONE 'Europe/Kyiv', 'YYYY-MM');
ALTER TABLE commissions ALTER COLUMN month SET NOT NULL;
INSERT INTO commission_events (id, key, kind, sale_id, lead_id, amount, currency, shares, policy_version, happened_at)
SELECT gen_random_uuid(), 'sold:' || deal_id, 'sold', deal_id, max(lead_id::text)::uuid, max(base), max(currency),
       jsonb_agg(jsonb_build_object('person', person, 'role', role, 'percent', percent::text, 'amount', amount::text)),
       max(policy_version), max(at)
  FROM commissions WHERE kind = 'accrued' GROUP BY deal_id;
CREATE INDEX commissions_sale ON commissions (sale_id);
CREATE INDEX commissions_month ON commissions (month, person);

-- What was written stays: a mistake is mended by an entry against it.
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commission_events_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON commission_events
    EXECUTE FUNCTION only_grows();
CREATE TRIGGER commissions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON commissions EXECUTE FUNCTION only_grows();
