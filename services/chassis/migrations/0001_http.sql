-- Answers to requests that carried an Idempotency-Key, kept for replay. Written in the request's own transaction:
-- a row exists if and only if its effect does.
create table idempotency_keys (
    principal  text        not null,
    route      text        not null,
    key        text        not null check (length(key) between 1 and 255),
    body_hash  bytea       not null,
    status     int,
    headers    jsonb       not null default '{}',
    body       bytea,
    created_at timestamptz not null default now(),
    primary key (principal, route, key)
);

create index idempotency_keys_created_at on idempotency_keys (created_at);
