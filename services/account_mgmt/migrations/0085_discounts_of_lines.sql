-- A discount off a line's sum, where no whole price of a piece would come to the same. Lines from before have none.

ALTER TABLE order_lines
    ADD COLUMN discount_percent numeric(9, 6) NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100);
