-- What the issuer says people are called who have done something here: records keep ids, and people read names.
CREATE TABLE person_names (
    person text PRIMARY KEY,
    name   text NOT NULL
);
