-- Customers who were erased: by their ids, so that late news of them is not written down again. `done_at` is set when
-- nothing is kept of them any more, not even for the law.
CREATE TABLE erasures (
    customer_id uuid        PRIMARY KEY,
    erased_at   timestamptz NOT NULL,
    by          text        NOT NULL,
    done_at     timestamptz
);
CREATE INDEX erasures_to_do ON erasures (customer_id) WHERE done_at IS NULL;
