//! Where a research database is, read from the URL in the settings.

use std::fmt;
use std::str::FromStr as _;

use coffer_runtime::Secret;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use thiserror::Error;

/// The address of a research database, with account and password.
#[derive(Clone)]
pub struct DatabaseAddress(pub(crate) Address);

#[derive(Clone)]
pub(crate) enum Address {
    PostgreSql(Box<PgConnectOptions>),
    MySql(Box<MySqlConnectOptions>),
}

/// A URL that is no address of a database. It is not repeated, since it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "not the URL of a database: it begins with postgres://, mysql://, mariadb:// or sqlserver:// and goes on \
     with user:password@host:port/database"
)]
pub struct InvalidAddress;

impl DatabaseAddress {
    /// Reads a URL.
    pub fn parse(url: &Secret) -> Result<Self, InvalidAddress> {
        let text = url.expose();
        let (scheme, _) = text.split_once("://").ok_or(InvalidAddress)?;
        let address = match scheme {
            "postgres" | "postgresql" => {
                let options = PgConnectOptions::from_str(text).map_err(|_| InvalidAddress)?;
                Address::PostgreSql(Box::new(options))
            }
            "mysql" | "mariadb" => {
                let options = MySqlConnectOptions::from_str(text).map_err(|_| InvalidAddress)?;
                Address::MySql(Box::new(options))
            }
            _ => return Err(InvalidAddress),
        };
        Ok(Self(address))
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseAddress(...)")
    }
}
