-- A later answer to a question takes the place of the published one, which stays as its earlier version.
ALTER TABLE published_answers
    ADD COLUMN question_key text,
    ADD COLUMN replaced_at  timestamptz;
CREATE INDEX published_answers_question ON published_answers (question_key) WHERE replaced_at IS NULL;
