-- To whom invoices are made out, where that is more or other than the contact card says: name, tax ids, address.
ALTER TABLE customers ADD COLUMN billing jsonb NOT NULL DEFAULT '{}';
