-- What was before an answer that may still be taken back. Its row is held by `next_at`, which every dispatcher heeds;
-- with it goes what is needed to turn the act back, until the row is sent.
ALTER TABLE outbox ADD COLUMN before jsonb;
