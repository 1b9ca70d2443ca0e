create table notes (
    id         uuid primary key,
    text       text not null unique check (text <> 'forbidden'),
    size       int not null default 0,
    created_at timestamptz not null default clock_timestamp()
);
