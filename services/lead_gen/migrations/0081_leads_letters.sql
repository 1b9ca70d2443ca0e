-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_letters ON leads
    USING gin (name_letters(company) gin_trgm_ops) WITH (gin_pending_list_limit = 65536);
