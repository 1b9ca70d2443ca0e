-- Mail that comes in. Each mail that goes out has an address of its own to answer to, and its token is made by the
-- database: a process that does not know of it yet queues mails with one, too.
ALTER TABLE mails ADD COLUMN reply_token text;
ALTER TABLE mails ALTER COLUMN reply_token SET DEFAULT replace(gen_random_uuid()::text, '-', '');
UPDATE mails SET reply_token = replace(gen_random_uuid()::text, '-', '') WHERE state = 'queued';
CREATE UNIQUE INDEX mails_reply_token ON mails (reply_token) WHERE reply_token IS NOT NULL;
CREATE INDEX mails_recipient ON mails (lower(recipient), id);

-- Kept before the other side hears that we have it; `raw` goes once it is read.
CREATE TABLE inbound_mails (
    id            uuid        PRIMARY KEY,
    fingerprint   text        NOT NULL UNIQUE,
    token         text,
    raw           bytea,
    bytes         int         NOT NULL,
    state         text        NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'read', 'set_aside', 'done')),
    attempts      int         NOT NULL DEFAULT 0,
    next_at       timestamptz NOT NULL DEFAULT now(),
    kind          text,
    mail_id       uuid,
    lead_id       uuid,
    sender        text        NOT NULL DEFAULT '',
    sender_name   text        NOT NULL DEFAULT '',
    subject       text        NOT NULL DEFAULT '',
    body          text        NOT NULL DEFAULT '',
    whole         text        NOT NULL DEFAULT '',
    files         jsonb       NOT NULL DEFAULT '[]',
    trouble       text,
    received_at   timestamptz NOT NULL DEFAULT now(),
    closed_by     text
);
CREATE INDEX inbound_mails_new ON inbound_mails (next_at, id) WHERE state = 'new';
CREATE INDEX inbound_mails_set_aside ON inbound_mails (id) WHERE state = 'set_aside';
CREATE INDEX inbound_mails_lead ON inbound_mails (lead_id, id);

-- What is known of an address: nothing arrives there, or its owner wants no more mail that nobody has to send.
CREATE TABLE mail_addresses (
    address text        NOT NULL,
    state   text        NOT NULL CHECK (state IN ('dead', 'stopped')),
    reason  text        NOT NULL,
    lead_id uuid,
    since   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (address, state)
);
CREATE INDEX mail_addresses_lead ON mail_addresses (lead_id);
