-- More kinds of files than the first two.
ALTER TABLE bank_statements DROP CONSTRAINT bank_statements_format_check;
ALTER TABLE bank_statements ADD CONSTRAINT bank_statements_format_check
    CHECK (format IN ('csv', 'camt052', 'camt053', 'camt054', 'mt940'));
