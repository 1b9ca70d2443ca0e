-- What supervisors are called, as their token said when they last acted: account managers have names of their own.
CREATE TABLE supervisors (
    person text PRIMARY KEY,
    name   text NOT NULL
);
