-- The hours, calls and hand-overs of the last month per caller and campaign, as the worker last counted them: on a large
-- floor they take a tenth of a second, and everybody who looks at the supply asks for them.
CREATE TABLE month_of_work (
    only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    counted_at timestamptz NOT NULL,
    work       jsonb       NOT NULL
);
