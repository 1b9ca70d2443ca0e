-- What is added up may be larger than any one amount that is accepted. More digits of the same scale rewrite no table.

ALTER TABLE orders
    ALTER COLUMN total TYPE numeric(30, 2),
    ALTER COLUMN tax TYPE numeric(30, 2);
ALTER TABLE order_lines
    ALTER COLUMN net TYPE numeric(30, 2),
    ALTER COLUMN tax TYPE numeric(30, 2);
ALTER TABLE invoices
    ALTER COLUMN total TYPE numeric(30, 2),
    ALTER COLUMN paid TYPE numeric(30, 2),
    ALTER COLUMN credited TYPE numeric(30, 2),
    ALTER COLUMN refunded TYPE numeric(30, 2);
ALTER TABLE forecasts
    ALTER COLUMN order_value TYPE numeric(30, 2),
    ALTER COLUMN expected_value TYPE numeric(30, 2);
ALTER TABLE first_purchases ALTER COLUMN net TYPE numeric(30, 2);
