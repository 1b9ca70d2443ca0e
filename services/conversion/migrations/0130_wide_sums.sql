-- What is added up may be larger than any one amount that is accepted. More digits of the same scale rewrite no table.

ALTER TABLE deals ALTER COLUMN value TYPE numeric(30, 2);
ALTER TABLE commissions
    ALTER COLUMN base TYPE numeric(30, 2),
    ALTER COLUMN amount TYPE numeric(30, 2);
ALTER TABLE commission_events
    ALTER COLUMN amount TYPE numeric(30, 2),
    ALTER COLUMN total TYPE numeric(30, 2);
