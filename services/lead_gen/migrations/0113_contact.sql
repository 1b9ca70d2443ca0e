-- When the tier that has the lead last corrected its card: an older correction that comes late changes nothing.
ALTER TABLE leads ADD COLUMN contact_at timestamptz;
