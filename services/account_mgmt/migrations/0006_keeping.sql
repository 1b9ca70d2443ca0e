-- Keeping customers: how each wants to be reminded, the people to talk to, needs with their history, refusals.
ALTER TABLE customers ADD COLUMN remind_by text NOT NULL DEFAULT 'call' CHECK (remind_by IN ('call', 'mail', 'both'));

CREATE TABLE people (
    id          uuid        PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES customers (id),
    name        text        NOT NULL,
    role        text        NOT NULL DEFAULT '',
    phones      text[]      NOT NULL DEFAULT '{}',
    email       text,
    language    text,
    note        text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX people_customer ON people (customer_id, created_at, id);

ALTER TABLE needs
    ADD COLUMN state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'met', 'gone')),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();

CREATE TABLE need_changes (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    need_id uuid        NOT NULL REFERENCES needs (id),
    state   text        NOT NULL,
    text    text        NOT NULL,
    note    text,
    by      text        NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX need_changes_need ON need_changes (need_id, id);
INSERT INTO need_changes (need_id, state, text, by, at) SELECT id, 'open', text, recorded_by, created_at FROM needs;

ALTER TABLE never_offer
    ADD COLUMN reason     text,
    ADD COLUMN recorded_by text       NOT NULL DEFAULT '',
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();

-- What customers who bought `product_id` bought too, as of the last night.
CREATE TABLE product_pairs (
    product_id text   NOT NULL REFERENCES products (id),
    other_id   text   NOT NULL REFERENCES products (id),
    support    int    NOT NULL,
    buyers     int    NOT NULL,
    confidence float8 NOT NULL,
    share      float8 NOT NULL,
    lift       float8 NOT NULL,
    learned_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (product_id, other_id)
);
CREATE INDEX payments_invoice ON payments (invoice_id, paid_at);

-- Nudges that a policy holds out on purpose: what customers do who are not reminded.
CREATE TABLE held_out (
    customer_id uuid        NOT NULL REFERENCES customers (id),
    number      int         NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, number)
);
CREATE INDEX nudges_opened ON nudges (opened_at);
CREATE INDEX held_out_at ON held_out (at);
CREATE INDEX forecasts_alive ON forecasts (p_alive);
CREATE INDEX work_items_risks ON work_items (lead_id, opened_at) WHERE kind = 'risk';

-- When a customer left: what churn is counted by.
ALTER TABLE customers ADD COLUMN lost_at timestamptz;
UPDATE customers SET lost_at = updated_at WHERE state = 'lost';
CREATE INDEX customers_lost ON customers (lost_at) WHERE lost_at IS NOT NULL;
CREATE INDEX orders_placed ON orders (placed_at) WHERE state = 'placed';

-- When each customer first bought each product, as of the last night.
CREATE TABLE first_purchases (
    customer_id uuid          NOT NULL,
    product_id  text          NOT NULL,
    placed_at   timestamptz   NOT NULL,
    began_at    timestamptz   NOT NULL,
    net         numeric(16,2) NOT NULL,
    currency    text          NOT NULL,
    PRIMARY KEY (customer_id, product_id)
);
CREATE INDEX first_purchases_at ON first_purchases (placed_at);
