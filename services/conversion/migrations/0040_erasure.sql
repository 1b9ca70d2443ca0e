-- Leads that were erased: by their ids alone, so that news of them that comes late is not written down again.
CREATE TABLE erased_leads (
    lead_id   uuid        PRIMARY KEY,
    erased_at timestamptz NOT NULL
);
