-- What is said to the customer stands apart from what colleagues write down; and a meeting to which nobody comes yet
-- says why, so that somebody is found for it.
ALTER TABLE meetings
    ADD COLUMN message_to_customer text,
    ADD COLUMN needs_person        text;
CREATE INDEX meetings_needing_a_person ON meetings (deal_id) WHERE needs_person IS NOT NULL;
