-- What those are called who change settings: a policy, a script, criteria. Their accounts are the issuer's.
CREATE TABLE staff_names (
    person text PRIMARY KEY,
    name   text NOT NULL
);
