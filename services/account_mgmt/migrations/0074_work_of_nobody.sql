-- no-transaction
-- The day's list shows work that lies with nobody, the most urgent first, without sorting all of it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS work_items_nobodys ON work_items (priority DESC, opened_at)
    WHERE state = 'open' AND assignee IS NULL;
