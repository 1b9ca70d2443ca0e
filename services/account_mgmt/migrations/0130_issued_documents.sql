-- What an invoice or a credit note said when it was issued, and the files made of it. Neither is ever changed; invoices
-- from before get theirs from what the records say now (services/account_mgmt/actions/issued_documents.py).
CREATE TABLE issued_documents (
    id         uuid        PRIMARY KEY, -- of the invoice or the credit note
    invoice_id uuid        NOT NULL REFERENCES invoices,
    said       jsonb       NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX issued_documents_invoice ON issued_documents (invoice_id);
CREATE TABLE issued_files (
    document_id uuid        NOT NULL REFERENCES issued_documents ON DELETE CASCADE,
    form        text        NOT NULL CHECK (form IN ('pdf', 'factur-x', 'xml')),
    content     bytea       NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document_id, form)
);
-- A PDF is compressed already: trying again would cost time for nothing.
ALTER TABLE issued_files ALTER COLUMN content SET STORAGE EXTERNAL;
