-- Mails to customers in the organisation's own words; where there is no row, or the newest is empty, the standard ones.
CREATE TABLE mail_templates (
    kind       text        NOT NULL,
    language   text        NOT NULL,
    version    int         NOT NULL,
    subject    text,
    body       text,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, language, version)
);
