-- E-mails from their command to their end, and every attempt.

create table email (
    id            uuid primary key,
    -- Whose e-mail it is; travels in its facts.
    sender        text        not null,
    kind          text        not null,
    reference     text        not null,
    -- Sealed: recipient, name and subject.
    envelope      bytea       not null,
    -- Sealed: text, HTML and attachments.
    content       bytea       not null,
    not_after     timestamptz,
    -- Trace of the command.
    traceparent   text,
    accepted_at   timestamptz not null,

    state         text        not null check (state in
        ('accepted', 'claimed', 'handing_over', 'sent', 'deferred', 'refused', 'doubtful', 'stopped')),
    changed_at    timestamptz not null,
    reason        text,
    -- Number of the newest claim; a holder shows it at every step.
    fence         bigint      not null default 0,
    lease_until   timestamptz,
    next_try_at   timestamptz,
    -- Failed tries since the acceptance, or since a person asked to send again, and that moment.
    tries         integer     not null default 0,
    waiting_since timestamptz not null,
    -- Fixed when handing over.
    message_id    text,
    diverted_to   text,

    check ((lease_until is not null) = (state in ('claimed', 'handing_over'))),
    check ((next_try_at is not null) = (state in ('accepted', 'deferred'))),
    check (message_id is not null or state not in ('handing_over', 'sent', 'doubtful'))
);

create index email_due on email (next_try_at) where next_try_at is not null;
create index email_leased on email (lease_until) where lease_until is not null;
create index email_newest on email (changed_at desc, id);

create table email_attempt (
    email_id uuid        not null references email (id),
    number   integer     not null,
    at       timestamptz not null,
    -- The state that it led to; `accepted` when a person asked to send again.
    outcome  text        not null,
    -- The server's reply or the fault, without addresses.
    detail   text        not null,
    -- Who asked to send again.
    asked_by uuid,
    primary key (email_id, number)
);

create function email_attempt_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'attempts are append-only';
end
$$;

create trigger email_attempt_is_append_only before update or delete or truncate on email_attempt
    for each statement execute function email_attempt_is_append_only();
