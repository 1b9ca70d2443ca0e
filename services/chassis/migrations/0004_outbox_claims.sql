-- A dispatcher claims rows, delivers them with no transaction open, and then records what became of them. A claim
-- that has run out is anybody's: its dispatcher has died. The time is also the claim's token: only who set it may
-- record. No index: claims are few, they are met on the way through outbox_due, and so setting one can stay in its page.
ALTER TABLE outbox ADD COLUMN claimed_until timestamptz;
