-- People who sign in, and what they sign in with.
create table users (
    id uuid primary key,
    username text not null,
    name text not null,
    email text not null,
    password_hash text not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);
create unique index users_by_username on users (lower(username));

create table user_roles (
    user_id uuid not null references users on delete cascade,
    role text not null check (role in ('researcher', 'clinician', 'rdbm', 'admin')),
    primary key (user_id, role)
);

-- The cookie holds a random token; only its hash is stored.
create table sessions (
    id uuid primary key,
    token_hash bytea not null unique,
    user_id uuid not null references users on delete cascade,
    user_agent text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null
);
create index sessions_by_user on sessions (user_id);

create table api_tokens (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    name text not null,
    token_hash bytea not null unique,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index api_tokens_by_user on api_tokens (user_id);

-- Throttle of sign-ins: one bucket per account and per network, found by a keyed hash.
create table sign_in_buckets (
    key bytea primary key,
    level double precision not null,
    updated_at timestamptz not null
);
