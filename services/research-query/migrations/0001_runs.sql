-- Runs of queries, from their submission to the deletion of their results, and what happened to each.

create table run (
    id            uuid primary key,
    user_id       uuid        not null,
    user_name     text        not null,
    -- What the user was when submitting: the run may do no more than they may.
    roles         text[]      not null,
    database      text        not null,
    purpose       text        not null check (purpose in ('rows', 'count', 'explain')),
    -- Sealed, since SQL may hold values of patients: SQL and parameters as written.
    query         bytea       not null,
    -- Keyed hash of database, purpose, SQL and parameters: finds the same query again.
    query_hash    bytea       not null,
    saved_query_id uuid,
    traceparent   text,

    state         text        not null check (state in
        ('queued', 'running', 'done', 'failed', 'cancelled', 'timed_out')),
    -- Sealed, since a database may repeat values in its messages: a sentence for the person.
    problem       bytea,
    queued_at     timestamptz not null,
    started_at    timestamptz,
    ended_at      timestamptz,

    -- Whether the command to run it has come.
    ready         boolean     not null default false,
    -- Number of the newest claim; its holder shows it at every step, and its result is stored under it.
    attempt       integer     not null default 0,
    -- How many holders vanished.
    losses        integer     not null default 0,
    lease_until   timestamptz,
    -- Who works on it in the research database.
    backend       text,
    cancel_requested_at timestamptz,

    rows          bigint      not null default 0,
    bytes         bigint      not null default 0,
    -- Sealed: what was sent to the database, and the manifest of the stored result.
    result        bytea,
    data_version  text,
    kept_until    timestamptz,
    result_gone   boolean     not null default false,

    check ((lease_until is not null) = (state = 'running')),
    check ((ended_at is not null) = (state not in ('queued', 'running'))),
    check ((result is not null and kept_until is not null) = (state = 'done'))
);

create index run_open on run (queued_at) where state in ('queued', 'running');
create index run_of_user on run (user_id, queued_at desc, id desc);
create index run_newest on run (queued_at desc, id desc);
create index run_same on run (user_id, query_hash, queued_at desc) where state = 'done' and not result_gone;
create index run_of_saved_query on run (saved_query_id, queued_at desc) where saved_query_id is not null;
create index run_kept on run (kept_until) where state = 'done' and not result_gone;

create table run_event (
    run_id uuid        not null references run (id),
    number integer     not null,
    what   text        not null check (what in
        ('queued', 'running', 'done', 'failed', 'cancelled', 'timed_out', 'taken_over')),
    at     timestamptz not null,
    rows   bigint      not null,
    primary key (run_id, number)
);

create function run_event_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'events of runs are append-only';
end
$$;

create trigger run_event_is_append_only before update or delete or truncate on run_event
    for each statement execute function run_event_is_append_only();

-- When each user was last served, for a fair queue.
create table served (
    user_id uuid primary key,
    at      timestamptz not null
);

-- Submissions that may be repeated: the same key with the same content gives the same run.
create table submission (
    user_id uuid        not null,
    key     text        not null,
    -- Keyed hash of the content.
    content bytea       not null,
    run_id  uuid        references run (id),
    at      timestamptz not null,
    primary key (user_id, key)
);
