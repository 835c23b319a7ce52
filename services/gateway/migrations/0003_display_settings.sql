-- How a user wants results to be shown; who has no row gets the defaults.
create table display_settings (
    user_id uuid primary key references users on delete cascade,
    rows_per_page integer not null,
    fold_characters integer not null,
    fold_lines integer not null,
    line_length integer not null,
    ditto boolean not null,
    hide_empty boolean not null
);
