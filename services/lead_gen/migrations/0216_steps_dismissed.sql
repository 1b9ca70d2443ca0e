-- Optional steps of a new department that its supervisors do not want to be reminded of.
CREATE TABLE steps_dismissed (
    step text        PRIMARY KEY,
    by   text        NOT NULL,
    at   timestamptz NOT NULL DEFAULT now()
);
