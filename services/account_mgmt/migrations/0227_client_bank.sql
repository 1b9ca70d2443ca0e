-- Statements of client banks: 1CClientBankExchange. Every row keeps the old rule, so the new one needs no look at them.
ALTER TABLE bank_statements DROP CONSTRAINT bank_statements_format_check;
ALTER TABLE bank_statements ADD CONSTRAINT bank_statements_format_check
    CHECK (format IN ('csv', 'camt052', 'camt053', 'camt054', 'mt940', '1c')) NOT VALID;
