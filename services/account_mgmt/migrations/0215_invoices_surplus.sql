-- no-transaction
-- What was paid too much, without a walk through every invoice.
CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_surplus ON invoices (issued_at DESC, id)
    WHERE state <> 'open' AND (
        CASE WHEN state = 'void' THEN 0.00
             ELSE greatest(least(0.00, paid - refunded), total - credited - written_off) END - paid + refunded) < 0;
