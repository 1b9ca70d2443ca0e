-- no-transaction
-- What months came to for each person, without reading the entries: what waits and what is owed follow from all of them.
CREATE INDEX CONCURRENTLY IF NOT EXISTS commissions_sums ON commissions (person, currency, month, kind)
    INCLUDE (amount);
