-- What supervisors are called, as their token said when they last changed a setting: managers have names of their own.
CREATE TABLE supervisors (
    person text PRIMARY KEY,
    name   text NOT NULL
);
