-- A payment that was reversed in tier 3: it counts no more, and the sale stands.
ALTER TABLE commission_events DROP CONSTRAINT commission_events_kind_check;
ALTER TABLE commission_events ADD CONSTRAINT commission_events_kind_check
    CHECK (kind IN ('sold', 'ordered', 'paid', 'reversed', 'refunded', 'credited', 'cancelled'));
