-- The same columns as in the other tiers: a key is claimed first, its answer follows in the same transaction.
ALTER TABLE effects RENAME COLUMN result TO answer;
ALTER TABLE effects ALTER COLUMN answer DROP NOT NULL;
