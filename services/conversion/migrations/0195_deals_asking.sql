-- no-transaction
-- Deals with a question that nobody has answered, by who has them: counted for each manager on the team's page.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deals_asking ON deals (owner, accepted_at)
    WHERE question IS NOT NULL AND question_answered_at IS NULL
      AND stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating');
