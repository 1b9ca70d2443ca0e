-- Meetings to which nobody comes as yet, for the list of them.
CREATE INDEX meetings_to_fill ON meetings (starts_at, id) WHERE needs_person IS NOT NULL;
