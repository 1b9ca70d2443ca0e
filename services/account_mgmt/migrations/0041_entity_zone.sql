-- Where a legal entity keeps its books: the year of its numbers and the dates on its documents are those of its zone.
ALTER TABLE legal_entities ADD COLUMN timezone text NOT NULL DEFAULT 'Europe/Kyiv';
