-- no-transaction
-- What is owed, by whose it is: sums are read from the index alone, and a manager's from the entries of their customers.
CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_owed ON invoices (customer_id, due_at)
    INCLUDE (currency, total, paid, credited) WHERE state = 'open';
