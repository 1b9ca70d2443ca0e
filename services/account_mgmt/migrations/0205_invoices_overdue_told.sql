-- Other programs are told once that an invoice was not paid by its date.
ALTER TABLE invoices ADD COLUMN overdue_told_at timestamptz;
