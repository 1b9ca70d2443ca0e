-- Tier 3: customers, what they buy, what they owe, and when they will need the next.

CREATE TABLE policies (
    version    int         PRIMARY KEY,
    body       jsonb       NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE account_managers (
    id         text        PRIMARY KEY,
    name       text        NOT NULL,
    capacity   int         NOT NULL DEFAULT 500 CHECK (capacity >= 0),
    active     boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE legal_entities (
    id       text PRIMARY KEY,
    name     text NOT NULL,
    tax_id   text NOT NULL,
    address  text NOT NULL,
    iban     text NOT NULL
);

CREATE TABLE products (
    id          text          PRIMARY KEY,
    name        text          NOT NULL,
    unit        text          NOT NULL,
    price       numeric(16,2) NOT NULL CHECK (price >= 0),
    currency    text          NOT NULL DEFAULT 'UAH',
    tax_percent numeric(5,2)  NOT NULL DEFAULT 20 CHECK (tax_percent BETWEEN 0 AND 100),
    created_at  timestamptz   NOT NULL DEFAULT now()
);

CREATE TABLE customers (
    id              uuid        PRIMARY KEY,
    contact         jsonb       NOT NULL,
    segment         text        NOT NULL DEFAULT '',
    state           text        NOT NULL DEFAULT 'active'
                                CHECK (state IN ('active', 'at_risk', 'opted_out', 'lost', 'cancelled')),
    account_manager text        REFERENCES account_managers (id),
    won_by          text,
    next_nudge_at   timestamptz,
    last_nudge_at   timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX customers_page ON customers (created_at, id);
CREATE INDEX customers_manager ON customers (account_manager, state);

-- One row per effect of a workflow, with the answer it was given.
CREATE TABLE effects (
    key    text        PRIMARY KEY,
    result jsonb       NOT NULL,
    at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orders (
    id          uuid          PRIMARY KEY,
    customer_id uuid          NOT NULL REFERENCES customers (id),
    number      text          NOT NULL UNIQUE,
    state       text          NOT NULL DEFAULT 'placed' CHECK (state IN ('placed', 'cancelled')),
    source      text          NOT NULL CHECK (source IN ('sale', 'nudge', 'own')),
    note        text,
    total       numeric(16,2) NOT NULL,
    tax         numeric(16,2) NOT NULL,
    currency    text          NOT NULL,
    placed_by   text          NOT NULL,
    placed_at   timestamptz   NOT NULL DEFAULT now(),
    reason      text
);
CREATE INDEX orders_customer ON orders (customer_id, placed_at);

CREATE TABLE order_lines (
    order_id    uuid          NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position    int           NOT NULL,
    product_id  text,
    description text          NOT NULL,
    quantity    numeric(12,3) NOT NULL CHECK (quantity > 0),
    unit_price  numeric(16,2) NOT NULL,
    tax_percent numeric(5,2)  NOT NULL,
    net         numeric(16,2) NOT NULL,
    tax         numeric(16,2) NOT NULL,
    PRIMARY KEY (order_id, position)
);
CREATE INDEX order_lines_product ON order_lines (product_id);

-- Numbers without gaps: the counter's row is locked until the invoice is committed.
CREATE TABLE counters (
    entity text NOT NULL REFERENCES legal_entities (id),
    kind   text NOT NULL,
    year   int  NOT NULL,
    last   int  NOT NULL DEFAULT 0,
    PRIMARY KEY (entity, kind, year)
);

CREATE TABLE invoices (
    id          uuid          PRIMARY KEY,
    number      text          NOT NULL UNIQUE,
    entity      text          NOT NULL REFERENCES legal_entities (id),
    order_id    uuid          NOT NULL UNIQUE REFERENCES orders (id),
    customer_id uuid          NOT NULL REFERENCES customers (id),
    state       text          NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'void')),
    total       numeric(16,2) NOT NULL,
    paid        numeric(16,2) NOT NULL DEFAULT 0,
    credited    numeric(16,2) NOT NULL DEFAULT 0,
    currency    text          NOT NULL,
    issued_at   timestamptz   NOT NULL DEFAULT now(),
    due_at      timestamptz   NOT NULL,
    dunning     int           NOT NULL DEFAULT 0
);
CREATE INDEX invoices_page ON invoices (issued_at, id);
CREATE INDEX invoices_customer ON invoices (customer_id, issued_at);
CREATE INDEX invoices_open ON invoices (due_at) WHERE state = 'open';

CREATE TABLE payments (
    id         uuid          PRIMARY KEY,
    invoice_id uuid          NOT NULL REFERENCES invoices (id),
    amount     numeric(16,2) NOT NULL CHECK (amount > 0),
    reference  text          NOT NULL,
    paid_at    timestamptz   NOT NULL,
    taken_by   text          NOT NULL,
    created_at timestamptz   NOT NULL DEFAULT now(),
    UNIQUE (invoice_id, reference)
);

CREATE TABLE credit_notes (
    id         uuid          PRIMARY KEY,
    number     text          NOT NULL UNIQUE,
    invoice_id uuid          NOT NULL REFERENCES invoices (id),
    amount     numeric(16,2) NOT NULL CHECK (amount > 0),
    reason     text          NOT NULL,
    issued_by  text          NOT NULL,
    issued_at  timestamptz   NOT NULL DEFAULT now()
);

CREATE TABLE nudges (
    item_id     uuid        PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES customers (id),
    number      int         NOT NULL,
    opened_at   timestamptz NOT NULL DEFAULT now(),
    answer_by   timestamptz NOT NULL,
    outcome     text,
    order_id    uuid        REFERENCES orders (id),
    note        text,
    answered_by text,
    answered_at timestamptz
);
CREATE INDEX nudges_customer ON nudges (customer_id, opened_at);

CREATE TABLE needs (
    id          uuid        PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES customers (id),
    text        text        NOT NULL,
    product_id  text,
    recorded_by text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX needs_customer ON needs (customer_id, created_at, id);

CREATE TABLE never_offer (
    customer_id uuid NOT NULL REFERENCES customers (id),
    product_id  text NOT NULL,
    PRIMARY KEY (customer_id, product_id)
);
