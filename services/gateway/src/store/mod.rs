//! The gateway's own tables: users, sessions, API tokens, display settings, throttle,
//! audit trail.

pub mod api_tokens;
pub mod audit;
pub mod display_settings;
pub mod sessions;
pub mod sign_in_buckets;
pub mod users;

use std::str::FromStr;

use coffer_types::{Role, UserId};
use sqlx::migrate::Migrator;

use crate::auth::CurrentUser;

/// The tables' history.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// A user as the statements of this folder select them.
#[derive(sqlx::FromRow)]
struct UserRow {
    id: UserId,
    username: String,
    name: String,
    email: String,
    roles: Vec<String>,
}

impl From<UserRow> for CurrentUser {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            username: row.username,
            name: row.name,
            email: row.email,
            roles: row.roles.iter().filter_map(|role| Role::from_str(role).ok()).collect(),
        }
    }
}
