-- What is open on invoices, added up by whose customers owe it, currency, the day (UTC) on which it is due, and how far
-- reminding has come: pages of money add up some thousand rows of these, and look at single invoices only of the days in
-- which a limit of age falls. Each change writes one more row, so that nobody waits for anybody here; the worker packs rows
-- of the same kind into one. Triggers keep them in the transaction that changes an invoice, whoever changes it and with
-- whatever code, so that the sums are never old.
CREATE TABLE open_money (
    id              bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_manager text,
    currency        text           NOT NULL,
    due_on          date           NOT NULL,
    dunning         integer        NOT NULL,
    collected       boolean        NOT NULL,
    paused_until    timestamptz,
    invoices        bigint         NOT NULL,
    total           numeric(30, 2) NOT NULL,
    owed            numeric(30, 2) NOT NULL
);

-- Whose customer it is, as it is counted above. Whoever changes an invoice of theirs and whoever gives them to somebody
-- else wait for each other at this row, and at no row that is anybody else's.
CREATE TABLE debtors (
    customer_id     uuid NOT NULL,
    account_manager text
);

-- What a customer owes at most, due or not: who owes most is looked for among those who can.
CREATE TABLE debts (
    customer_id uuid           NOT NULL,
    currency    text           NOT NULL,
    invoices    bigint         NOT NULL,
    owed        numeric(30, 2) NOT NULL
);

-- The same as `owed` of invoice_sums.py.
CREATE FUNCTION owed_of(i invoices) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(least(0.00, i.paid - i.refunded), i.total - i.credited - i.written_off) - i.paid + i.refunded
$$;

CREATE FUNCTION hold_debtors(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO debtors SELECT id, account_manager FROM customers c
     WHERE id = ANY (ids) AND NOT EXISTS (SELECT FROM debtors WHERE customer_id = c.id) ORDER BY id ON CONFLICT DO NOTHING;
    PERFORM FROM debtors WHERE customer_id = ANY (ids) ORDER BY customer_id FOR NO KEY UPDATE;
END $$;

CREATE FUNCTION count_open_money(gone invoices[], fresh invoices[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[] := ARRAY(SELECT DISTINCT customer_id FROM unnest(gone || fresh) i ORDER BY 1);
BEGIN
    IF cardinality(ids) = 0 THEN
        RETURN;
    END IF;
    PERFORM hold_debtors(ids);
    INSERT INTO open_money (account_manager, currency, due_on, dunning, collected, paused_until, invoices, total, owed)
    SELECT d.account_manager, i.currency, (i.due_at AT TIME ZONE 'UTC')::date, i.dunning, i.collected_at IS NOT NULL,
           i.paused_until, sum(i.n), sum(i.n * i.total), sum(i.n * i.owed)
      FROM (SELECT *, -1 AS n, owed_of(o) AS owed FROM unnest(gone) o
            UNION ALL SELECT *, 1, owed_of(f) FROM unnest(fresh) f) i
      JOIN debtors d USING (customer_id) GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(i.n) <> 0 OR sum(i.n * i.total) <> 0 OR sum(i.n * i.owed) <> 0;
    INSERT INTO debts AS d
    SELECT customer_id, currency, sum(n), sum(n * greatest(owed, 0))
      FROM (SELECT customer_id, currency, -1 AS n, owed_of(o) AS owed FROM unnest(gone) o
            UNION ALL SELECT customer_id, currency, 1, owed_of(f) FROM unnest(fresh) f) i
     GROUP BY 1, 2 HAVING sum(n) <> 0 OR sum(n * greatest(owed, 0)) <> 0 ORDER BY 1, 2
    ON CONFLICT (customer_id, currency)
    DO UPDATE SET invoices = d.invoices + excluded.invoices, owed = d.owed + excluded.owed;
    DELETE FROM debts WHERE customer_id = ANY (ids) AND invoices = 0;
END $$;

CREATE FUNCTION count_new_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_open_money('{}', ARRAY(SELECT ROW(i.*)::invoices FROM fresh i WHERE state = 'open'));
    RETURN NULL;
END $$;
CREATE FUNCTION count_gone_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_open_money(ARRAY(SELECT ROW(i.*)::invoices FROM gone i WHERE state = 'open'), '{}');
    RETURN NULL;
END $$;
CREATE FUNCTION count_changed_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[] := ARRAY(
        SELECT id FROM gone o JOIN fresh n USING (id)
         WHERE 'open' IN (o.state, n.state)
           AND (o.state, o.customer_id, o.currency, o.due_at, o.dunning, o.collected_at IS NULL, o.paused_until,
                o.total, o.paid, o.credited, o.refunded, o.written_off)
               IS DISTINCT FROM
               (n.state, n.customer_id, n.currency, n.due_at, n.dunning, n.collected_at IS NULL, n.paused_until,
                n.total, n.paid, n.credited, n.refunded, n.written_off));
BEGIN
    PERFORM count_open_money(ARRAY(SELECT ROW(i.*)::invoices FROM gone i WHERE state = 'open' AND id = ANY (ids)),
                             ARRAY(SELECT ROW(i.*)::invoices FROM fresh i WHERE state = 'open' AND id = ANY (ids)));
    RETURN NULL;
END $$;

-- A customer who is somebody else's now takes along what is open.
CREATE FUNCTION count_moved_customer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text;
BEGIN
    INSERT INTO debtors VALUES (NEW.id, OLD.account_manager) ON CONFLICT DO NOTHING;
    SELECT account_manager INTO before FROM debtors WHERE customer_id = NEW.id FOR NO KEY UPDATE;
    UPDATE debtors SET account_manager = NEW.account_manager WHERE customer_id = NEW.id;
    INSERT INTO open_money (account_manager, currency, due_on, dunning, collected, paused_until, invoices, total, owed)
    SELECT whose.account_manager, i.currency, (i.due_at AT TIME ZONE 'UTC')::date, i.dunning, i.collected_at IS NOT NULL,
           i.paused_until, sum(n), sum(n * i.total), sum(n * owed_of(i))
      FROM invoices i CROSS JOIN (VALUES (before, -1), (NEW.account_manager, 1)) whose (account_manager, n)
     WHERE i.customer_id = NEW.id AND i.state = 'open' GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END $$;

CREATE TRIGGER count_new_invoices AFTER INSERT ON invoices REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_invoices();
CREATE TRIGGER count_gone_invoices AFTER DELETE ON invoices REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_gone_invoices();
CREATE TRIGGER count_changed_invoices AFTER UPDATE ON invoices REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_changed_invoices();
CREATE TRIGGER count_moved_customer AFTER UPDATE OF account_manager ON customers
    FOR EACH ROW WHEN (OLD.account_manager IS DISTINCT FROM NEW.account_manager)
    EXECUTE FUNCTION count_moved_customer();

-- What was open before there were triggers; they hold back whoever would change it. Keys are made afterwards, which is sooner
-- done than to ask for each row.
INSERT INTO debtors SELECT id, account_manager FROM customers WHERE id IN (SELECT customer_id FROM invoices WHERE state = 'open');
INSERT INTO debts
SELECT customer_id, currency, count(*), sum(greatest(owed_of(i), 0)) FROM invoices i WHERE state = 'open' GROUP BY 1, 2;
INSERT INTO open_money (account_manager, currency, due_on, dunning, collected, paused_until, invoices, total, owed)
SELECT d.account_manager, i.currency, (i.due_at AT TIME ZONE 'UTC')::date, i.dunning, i.collected_at IS NOT NULL,
       i.paused_until, count(*), sum(i.total), sum(owed_of(i))
  FROM invoices i JOIN debtors d USING (customer_id) WHERE i.state = 'open' GROUP BY 1, 2, 3, 4, 5, 6;
ALTER TABLE debtors ADD PRIMARY KEY (customer_id),
    ADD FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE;
ALTER TABLE debts ADD PRIMARY KEY (customer_id, currency),
    ADD FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE;
CREATE INDEX debts_most ON debts (currency, owed DESC, customer_id DESC);
