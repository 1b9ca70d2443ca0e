-- no-transaction
-- How long the first talk took with those who were accepted in a period, for the report on managers.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deals_contacted ON deals (accepted_at) INCLUDE (owner, first_contact_at)
    WHERE first_contact_at >= accepted_at;
