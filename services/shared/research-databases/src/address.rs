//! Where a research database is, read from the URL in the settings.

use std::fmt;
use std::str::FromStr as _;

use coffer_runtime::Secret;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use thiserror::Error;
use tiberius::{AuthMethod, Config};
use url::{Url, form_urlencoded};

/// The address of a research database, with account and password.
#[derive(Clone)]
pub struct DatabaseAddress(pub(crate) Address);

#[derive(Clone)]
pub(crate) enum Address {
    PostgreSql(Box<PgConnectOptions>),
    MySql(Box<MySqlConnectOptions>),
    SqlServer(Box<Config>),
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
            "sqlserver" => Address::SqlServer(Box::new(sql_server(text).ok_or(InvalidAddress)?)),
            _ => return Err(InvalidAddress),
        };
        Ok(Self(address))
    }
}

/// `sqlserver://user:password@host:port/database`. The server's certificate is checked against the system's
/// authorities, or against those of the file that `?ca=` names.
fn sql_server(text: &str) -> Option<Config> {
    let url = Url::parse(text).ok()?;
    let database = decoded(url.path().trim_start_matches('/')).filter(|name| !name.is_empty())?;
    let mut config = Config::new();
    config.host(url.host_str()?);
    config.port(url.port().unwrap_or(1433));
    config.database(database);
    config.authentication(AuthMethod::sql_server(decoded(url.username())?, decoded(url.password()?)?));
    for (name, value) in url.query_pairs() {
        match &*name {
            "ca" => config.trust_cert_ca(value),
            _ => return None,
        }
    }
    Some(config)
}

/// Undoes percent encoding, which the only decoder at hand mixes with that of forms, where + is a space.
fn decoded(part: &str) -> Option<String> {
    let value = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(value.as_bytes()).next().map(|(_, value)| value.into_owned())
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseAddress(...)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<DatabaseAddress, InvalidAddress> {
        DatabaseAddress::parse(&Secret::from(url))
    }

    #[test]
    fn each_make_has_its_scheme() {
        assert!(matches!(parse("postgres://a:b@c/d").unwrap().0, Address::PostgreSql(_)));
        assert!(matches!(parse("postgresql://a:b@c/d").unwrap().0, Address::PostgreSql(_)));
        assert!(matches!(parse("mysql://a:b@c/d").unwrap().0, Address::MySql(_)));
        assert!(matches!(parse("mariadb://a:b@c:3307/d").unwrap().0, Address::MySql(_)));
        assert!(matches!(parse("sqlserver://a:b%40+%26@c/d").unwrap().0, Address::SqlServer(_)));
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        for url in [
            "",
            "postgres",
            "oracle://a:secret@b/c",
            "sqlserver://a:secret@b/",
            "sqlserver://a@b/c",
            "sqlserver://a:secret@b/c?trust=yes",
            "mysql://a:secret@b:x/c",
        ] {
            let error = parse(url).unwrap_err();
            assert!(!error.to_string().contains("secret"));
        }
        assert_eq!(format!("{:?}", parse("mysql://a:secret@b/c").unwrap()), "DatabaseAddress(...)");
    }

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(decoded("p%40ss+w%26rd&x=%25").as_deref(), Some("p@ss+w&rd&x=%"));
    }

    #[test]
    fn a_sql_server_address_has_its_port() {
        let address = |url: &str| sql_server(url).unwrap().get_addr();
        assert_eq!(address("sqlserver://a:b@host/d"), "host:1433");
        assert_eq!(address("sqlserver://a:b@host:99/d"), "host:99");
    }
}
