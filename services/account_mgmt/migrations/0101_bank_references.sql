-- no-transaction
-- A reference of the bank may be of several transfers.
CREATE INDEX CONCURRENTLY IF NOT EXISTS bank_transfers_reference ON bank_transfers (account, reference)
    WHERE reference <> '';
