//! The demo's users.

use anyhow::{Context as _, bail};
use coffer_runtime::{Context, Environment};

use crate::auth::{Passwords, TokenHash};
use crate::config::Settings;
use crate::store::users::NewUser;
use crate::store::{api_tokens, users};

/// Adds the demo users with their passwords and tokens, or brings them up to date.
pub(crate) async fn seed(settings: &Settings, context: &Context) -> anyhow::Result<()> {
    if context.environment == Environment::Production {
        bail!("demo users have no place in production");
    }
    let pool = coffer_store::connect(&settings.database, "coffer-gateway-seed").await?;
    let now = context.clock.now();
    for user in coffer_demo::users() {
        let password_hash = Passwords::hash(user.password).map_err(anyhow::Error::msg)?;
        let new = NewUser {
            id: user.id,
            username: user.username,
            name: &user.name,
            email: user.email,
            password_hash: &password_hash,
            roles: &user.roles,
        };
        let mut tx = pool.begin().await?;
        users::put(&mut tx, &new, now).await.context("a demo user could not be added")?;
        tx.commit().await?;
        api_tokens::add(&pool, &TokenHash::of(&user.api_token), user.id, "Demo", now).await?;
    }
    Ok(())
}
