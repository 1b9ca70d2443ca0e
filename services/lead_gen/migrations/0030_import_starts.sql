-- How often a worker began with an import since it last got further: one that ends its workers is given up too.
ALTER TABLE imports ADD COLUMN starts int NOT NULL DEFAULT 0;
