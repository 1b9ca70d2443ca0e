-- Nobody is asked for money that has come: calls about invoices that are paid or void have ended.
UPDATE work_items w SET state = 'cancelled', result = 'settled', closed_at = now(), leased_by = NULL, lease_until = NULL
  FROM invoices i
 WHERE w.kind = 'dunning' AND w.state IN ('open', 'leased') AND i.id::text = w.payload->>'invoice_id'
   AND i.state <> 'open';
