-- Times that a caller keeps free for a lead until a manager has accepted it: in the same calendar as meetings.
ALTER TABLE meetings
    ALTER COLUMN deal_id DROP NOT NULL,
    ADD COLUMN lead_id    uuid,
    ADD COLUMN expires_at timestamptz,
    DROP CONSTRAINT meetings_state_check,
    ADD CONSTRAINT meetings_state_check CHECK (state IN ('reserved', 'booked', 'held', 'no_show', 'cancelled')),
    ADD CONSTRAINT meetings_reserved_for_a_lead
        CHECK (state <> 'reserved' OR (lead_id IS NOT NULL AND expires_at IS NOT NULL)),
    ADD CONSTRAINT meetings_of_a_deal CHECK (deal_id IS NOT NULL OR state IN ('reserved', 'cancelled')),
    DROP CONSTRAINT meetings_no_double_booking;
-- Nobody can be at two meetings at once, nor be kept free for one while he is at another.
ALTER TABLE meetings ADD CONSTRAINT meetings_no_double_booking
    EXCLUDE USING gist (manager WITH =, during WITH &&) WHERE (state IN ('booked', 'reserved'));
CREATE UNIQUE INDEX meetings_one_hold_per_lead ON meetings (lead_id) WHERE state = 'reserved';
CREATE INDEX meetings_expiring ON meetings (expires_at) WHERE state = 'reserved';
