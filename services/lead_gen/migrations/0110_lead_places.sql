-- Where a lead is, as far as it is known. NULL is "not known", and is never taken for the home zone or language.
ALTER TABLE leads
    ALTER COLUMN language DROP NOT NULL,
    ALTER COLUMN timezone DROP NOT NULL,
    ADD COLUMN country       text,
    -- Who says so: `given` by a file or a person, or `derived` from number, region and country. NULL: written before
    -- anybody asked; such a value counts as assumed if it is the column's default.
    ADD COLUMN language_from text,
    ADD COLUMN timezone_from text,
    -- The zones it may be in while `timezone` is not known, with commas between; nothing for anywhere.
    ADD COLUMN zones         text;

-- Few leads have no zone; enrolment asks which of their groups have an hour in common.
CREATE INDEX leads_zones ON leads (zones) WHERE timezone IS NULL;

-- Counts the edits of a lead's facts: the ETag of an edit by hand.
ALTER TABLE leads ADD COLUMN version int NOT NULL DEFAULT 1;
CREATE FUNCTION lead_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER leads_version
    BEFORE UPDATE OF company, contact_name, email, industry, size, region, city, country, language, timezone, zones,
                     website, tax_id ON leads
    FOR EACH ROW
    WHEN ((OLD.company, OLD.contact_name, OLD.email, OLD.industry, OLD.size, OLD.region, OLD.city, OLD.country,
           OLD.language, OLD.timezone, OLD.zones, OLD.website, OLD.tax_id)
          IS DISTINCT FROM
          (NEW.company, NEW.contact_name, NEW.email, NEW.industry, NEW.size, NEW.region, NEW.city, NEW.country,
           NEW.language, NEW.timezone, NEW.zones, NEW.website, NEW.tax_id))
    EXECUTE FUNCTION lead_version();
