-- Invoices of one currency, the newest first, also of a currency that hardly any has.
CREATE INDEX invoices_currency ON invoices (currency, issued_at, id);
