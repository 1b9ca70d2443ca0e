-- When each customer first ordered, of the orders that stand, and nothing where none stands: reports tell first orders from
-- further ones, and would ask it of every customer who ordered in the time. Triggers find it anew in the transaction that changes
-- an order of theirs.
CREATE TABLE first_orders (
    customer_id uuid        NOT NULL,
    placed_at   timestamptz
);

CREATE FUNCTION find_first_orders(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(ids), 0) = 0 THEN
        RETURN;
    END IF;
    -- Whoever else changes an order of these customers waits here, and then finds what the first has written as well. It is
    -- another row than that of open money: who changes an order changes its invoice afterwards, and who pays it waits for the
    -- invoice before anything else.
    INSERT INTO first_orders SELECT id FROM unnest(ids) w (id)
     WHERE NOT EXISTS (SELECT FROM first_orders f WHERE f.customer_id = w.id) ORDER BY id ON CONFLICT DO NOTHING;
    PERFORM FROM first_orders WHERE customer_id = ANY (ids) ORDER BY customer_id FOR NO KEY UPDATE;
    UPDATE first_orders f SET placed_at = n.at
      FROM (SELECT id, (SELECT placed_at FROM orders o WHERE o.customer_id = w.id AND o.state = 'placed'
                         ORDER BY placed_at LIMIT 1) AS at FROM unnest(ids) w (id)) n
     WHERE f.customer_id = n.id AND f.placed_at IS DISTINCT FROM n.at;
END $$;

CREATE FUNCTION find_first_of_new_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_first_orders(ARRAY(SELECT DISTINCT customer_id FROM fresh WHERE state = 'placed' ORDER BY 1));
    RETURN NULL;
END $$;
CREATE FUNCTION find_first_of_gone_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_first_orders(ARRAY(SELECT DISTINCT customer_id FROM gone ORDER BY 1));
    RETURN NULL;
END $$;
CREATE FUNCTION find_first_of_changed_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_first_orders(ARRAY(
        SELECT DISTINCT unnest(ARRAY[o.customer_id, n.customer_id]) FROM gone o JOIN fresh n USING (id)
         WHERE (o.customer_id, o.state, o.placed_at) IS DISTINCT FROM (n.customer_id, n.state, n.placed_at) ORDER BY 1));
    RETURN NULL;
END $$;

CREATE TRIGGER find_first_of_new_orders AFTER INSERT ON orders REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION find_first_of_new_orders();
CREATE TRIGGER find_first_of_gone_orders AFTER DELETE ON orders REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION find_first_of_gone_orders();
CREATE TRIGGER find_first_of_changed_orders AFTER UPDATE ON orders REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION find_first_of_changed_orders();

-- Orders that there were before; their customers one by one, by index, is a third of the time of all orders. Triggers hold back
-- whoever would write another.
INSERT INTO first_orders
SELECT * FROM (
    SELECT id, (SELECT placed_at FROM orders o WHERE o.customer_id = c.id AND o.state = 'placed' ORDER BY placed_at LIMIT 1) AS at
      FROM customers c OFFSET 0) found WHERE at IS NOT NULL;
ALTER TABLE first_orders ADD PRIMARY KEY (customer_id),
    ADD FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE;
CREATE INDEX first_orders_at ON first_orders (placed_at) INCLUDE (customer_id);
