-- Contracts: what a customer is invoiced for again and again, when next, and what became of each date.
CREATE TABLE contracts (
    id            uuid        PRIMARY KEY,
    customer_id   uuid        NOT NULL REFERENCES customers (id),
    name          text        NOT NULL,
    state         text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'ended')),
    reason        text,
    entity        text        NOT NULL REFERENCES legal_entities (id),
    currency      text        NOT NULL,
    lines         jsonb       NOT NULL,
    price_by      text        NOT NULL CHECK (price_by IN ('fixed', 'catalogue')),
    every         int         NOT NULL CHECK (every BETWEEN 1 AND 366),
    unit          text        NOT NULL CHECK (unit IN ('day', 'week', 'month')),
    -- Dates are counted from the anchor, which a change of the rhythm moves: it is the date with `anchor_number`, and
    -- `anchor_day` the day of the month that is meant, whatever a short month made of it.
    anchor_on     date        NOT NULL,
    anchor_number int         NOT NULL DEFAULT 1,
    anchor_day    int         NOT NULL CHECK (anchor_day BETWEEN 1 AND 31),
    before_on     date,
    issue_at      time        NOT NULL,
    last_on       date,
    times         int         CHECK (times > 0),
    payment_days  int         CHECK (payment_days BETWEEN 0 AND 365),
    by_mail       boolean     NOT NULL DEFAULT true,
    next_number   int         NOT NULL DEFAULT 1,
    next_at       timestamptz,
    issued        int         NOT NULL DEFAULT 0,
    created_by    text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contracts_due ON contracts (next_at) WHERE state = 'active';
CREATE INDEX contracts_customer ON contracts (customer_id, created_at, id);
CREATE INDEX contracts_page ON contracts (created_at, id);

ALTER TABLE orders ADD COLUMN contract_id uuid REFERENCES contracts (id);
ALTER TABLE orders DROP CONSTRAINT orders_source_check;
ALTER TABLE orders ADD CONSTRAINT orders_source_check CHECK (source IN ('sale', 'nudge', 'own', 'import', 'contract'));

-- What became of each date, once: the key is what keeps a second invoice from ever being written.
CREATE TABLE contract_periods (
    contract_id uuid        NOT NULL REFERENCES contracts (id),
    number      int         NOT NULL,
    on_day      date        NOT NULL,
    begins_on   date        NOT NULL,
    ends_on     date        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('issued', 'skipped', 'failed')),
    order_id    uuid        UNIQUE REFERENCES orders (id),
    reason      text,
    attempts    int         NOT NULL DEFAULT 1,
    mail        text        CHECK (mail IN ('due', 'sent', 'failed')),
    by          text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (contract_id, number)
);
CREATE INDEX contract_periods_trouble ON contract_periods (contract_id) WHERE state = 'failed' OR mail = 'failed';
CREATE INDEX contract_periods_mail ON contract_periods (at) WHERE mail = 'due';
