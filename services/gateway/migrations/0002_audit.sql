-- Who did what. Append-only: each entry holds the hash of the one before it.
create table audit_entries (
    number bigint primary key,
    at timestamptz not null,
    user_id uuid,
    action text not null,
    object text not null,
    hash bytea not null
);
create index audit_entries_by_user on audit_entries (user_id, at);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'audit entries are never changed';
end
$$;

create trigger audit_entries_append_only before update or delete or truncate on audit_entries
    for each statement execute function refuse_change();
