-- no-transaction
-- A transfer that paid several invoices and that the bank took back is sought among those of its amount.
CREATE INDEX CONCURRENTLY IF NOT EXISTS bank_transfers_amount ON bank_transfers (amount, booked_on) WHERE NOT reversal;
