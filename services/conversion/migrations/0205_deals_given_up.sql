-- no-transaction
-- Deals given up in a period, with what the report on reasons asks of them. An index answers for an expression only if it
-- also has the columns that the expression is made of.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deals_given_up ON deals (coalesce(closed_at, stage_since))
    INCLUDE (closed_at, stage_since, stage, loss_code, owner) WHERE stage IN ('lost', 'asleep');
