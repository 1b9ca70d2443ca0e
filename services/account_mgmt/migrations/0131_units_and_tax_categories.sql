-- What EN 16931 says of a line beyond its amounts: the unit (UN/ECE Recommendation 20), and why no tax is due. A category
-- is kept where somebody decided on it or a rule did at the order; empty on lines from before, and found by their rate.
ALTER TABLE products
    ADD COLUMN tax_category text NOT NULL DEFAULT '' CHECK (tax_category IN ('', 'S', 'Z', 'E', 'AE', 'K', 'G')),
    ADD COLUMN tax_reason   text NOT NULL DEFAULT '';
ALTER TABLE order_lines
    ADD COLUMN unit         text NOT NULL DEFAULT 'C62',
    ADD COLUMN tax_category text NOT NULL DEFAULT '',
    ADD COLUMN tax_reason   text NOT NULL DEFAULT '';
