-- What the house's purchases say of the next ones: each day's fit, and what it foretells for every customer.
CREATE TABLE timing_fits (
    version   int         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    models    jsonb       NOT NULL,
    customers int         NOT NULL,
    purchases int         NOT NULL,
    by_gaps   int         NOT NULL,
    fitted_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE forecasts (
    customer_id    uuid          PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    speaker        text          NOT NULL,
    expected_low   timestamptz   NOT NULL,
    expected_at    timestamptz   NOT NULL,
    expected_high  timestamptz   NOT NULL,
    p_alive        real          NOT NULL,
    p_buys         real          NOT NULL,
    order_value    numeric(16,2) NOT NULL,
    expected_value numeric(16,2) NOT NULL,
    fit_version    int           REFERENCES timing_fits,
    at             timestamptz   NOT NULL DEFAULT now()
);
CREATE INDEX orders_standing ON orders (customer_id, placed_at) INCLUDE (total, tax) WHERE state = 'placed';
