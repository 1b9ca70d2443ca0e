-- Mail on its way out: written in the transaction that decides on it, sent by the worker, kept with what became of it.
CREATE TABLE mails (
    id          uuid        PRIMARY KEY,
    key         text        NOT NULL UNIQUE,
    purpose     text        NOT NULL,
    lead_id     uuid,
    recipient   text        NOT NULL,
    reply_to    text,
    subject     text        NOT NULL,
    body        text        NOT NULL,
    attachments jsonb       NOT NULL DEFAULT '[]',
    state       text        NOT NULL DEFAULT 'queued'
                            CHECK (state IN ('queued', 'sent', 'failed', 'withdrawn', 'bounced')),
    attempts    int         NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL DEFAULT now(),
    last_error  text,
    message_id  text        NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    closed_at   timestamptz
);
CREATE INDEX mails_due ON mails (next_at, id) WHERE state = 'queued';
CREATE INDEX mails_troubled ON mails (id) WHERE state IN ('failed', 'bounced');
CREATE INDEX mails_lead ON mails (lead_id, id);
