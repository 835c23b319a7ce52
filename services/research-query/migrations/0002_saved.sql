-- What people keep: highlights, saved queries, standard queries. And which results left the system as files.

create table highlight (
    id         uuid primary key,
    user_id    uuid        not null,
    -- Sealed: label and pattern, since people look for symptoms and, by mistake, for names.
    term       bytea       not null,
    is_regex   boolean     not null,
    colour     text        not null,
    active     boolean     not null,
    created_at timestamptz not null,
    -- From the sequence, at every change: with the number of rows it tells whether a list has changed.
    version    bigint      not null
);

create sequence highlight_version;
create index highlight_of_user on highlight (user_id, created_at, id);

create table saved_query (
    id         uuid primary key,
    user_id    uuid        not null,
    database   text        not null,
    -- Sealed: name, note and tags.
    about      bytea       not null,
    -- The newest.
    version    integer     not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    -- Since when it is gone for its owner; runs still refer to it.
    deleted_at timestamptz
);

create index saved_query_of_user on saved_query (user_id, changed_at desc, id) where deleted_at is null;

create table saved_query_version (
    saved_query_id uuid        not null references saved_query (id),
    version        integer     not null,
    -- Sealed: SQL and parameters.
    query          bytea       not null,
    at             timestamptz not null,
    primary key (saved_query_id, version)
);

create function saved_query_version_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'versions of saved queries are append-only';
end
$$;

create trigger saved_query_version_is_append_only before update or delete or truncate on saved_query_version
    for each statement execute function saved_query_version_is_append_only();

-- For everybody; in clear text, since nobody's values belong in it.
create table standard_query (
    id           uuid primary key,
    title        text        not null,
    description  text        not null,
    database     text        not null,
    sql          text        not null,
    placeholders jsonb       not null,
    changed_at   timestamptz not null,
    changed_by   uuid        not null
);

-- The audit of exports: a row before the first byte leaves, completed at the end.
create table export (
    id       uuid primary key,
    run_id   uuid        not null references run (id),
    user_id  uuid        not null,
    format   text        not null,
    -- Of the whole result, not of a view of it.
    whole    boolean     not null,
    began_at timestamptz not null,
    ended_at timestamptz,
    -- Still `running` after a crash: part of the file may have left.
    outcome  text        not null check (outcome in ('running', 'done', 'aborted', 'failed')),
    rows     bigint,
    bytes    bigint,
    -- Of the file.
    sha256   text,
    check ((ended_at is not null) = (outcome <> 'running')),
    check ((rows is not null and bytes is not null and sha256 is not null) = (outcome = 'done'))
);

create index export_of_run on export (run_id, began_at);
