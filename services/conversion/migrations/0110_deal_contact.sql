-- What a manager has corrected of a lead's card: by field what it `was` in the hand-over, and what it is `now`.
ALTER TABLE deals ADD COLUMN contact_changes jsonb NOT NULL DEFAULT '{}';
