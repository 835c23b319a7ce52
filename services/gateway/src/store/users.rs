//! People who sign in.

use chrono::{DateTime, Utc};
use coffer_types::{Role, UserId};
use sqlx::{PgConnection, PgPool};

use super::UserRow;
use crate::auth::CurrentUser;

/// A user with the hash of their password.
pub struct Credentials {
    /// Who it is.
    pub user: CurrentUser,
    /// argon2id, in the PHC format.
    pub password_hash: String,
}

/// A user to add.
pub struct NewUser<'a> {
    /// The id, fixed for demo users.
    pub id: UserId,
    /// What they type to sign in.
    pub username: &'a str,
    /// Title and name.
    pub name: &'a str,
    /// Verified address.
    pub email: &'a str,
    /// argon2id, in the PHC format.
    pub password_hash: &'a str,
    /// What they may do.
    pub roles: &'a [Role],
}

/// The user who signs in as `username`, unless disabled.
pub async fn find(pool: &PgPool, username: &str) -> sqlx::Result<Option<Credentials>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        user: UserRow,
        password_hash: String,
    }
    let row: Option<Row> = sqlx::query_as(
        "select id, username, name, email, password_hash,
                array(select role from user_roles where user_id = id order by role) as roles
         from users where lower(username) = lower($1) and disabled_at is null",
    )
    .bind(username)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Credentials { user: row.user.into(), password_hash: row.password_hash }))
}

/// Adds a user, or brings one with the same id up to date.
pub async fn put(tx: &mut PgConnection, user: &NewUser<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query(
        "insert into users (id, username, name, email, password_hash, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do update set username = excluded.username, name = excluded.name,
             email = excluded.email, password_hash = excluded.password_hash, disabled_at = null",
    )
    .bind(user.id)
    .bind(user.username)
    .bind(user.name)
    .bind(user.email)
    .bind(user.password_hash)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from user_roles where user_id = $1").bind(user.id).execute(&mut *tx).await?;
    let roles: Vec<&str> = user.roles.iter().map(|role| role.as_str()).collect();
    sqlx::query("insert into user_roles (user_id, role) select $1, unnest($2::text[])")
        .bind(user.id)
        .bind(roles)
        .execute(&mut *tx)
        .await?;
    Ok(())
}
