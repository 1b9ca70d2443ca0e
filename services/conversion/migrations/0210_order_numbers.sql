-- What a further order is called on its papers, so that whoever earned from it knows which one it was.
ALTER TABLE commission_events ADD COLUMN number text;
