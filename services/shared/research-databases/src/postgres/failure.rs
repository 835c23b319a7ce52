//! What PostgreSQL's errors mean, by SQLSTATE.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::error::{ExecutionError, Problem, sentence};

/// A failure before there is a session.
pub(super) fn of_connecting(error: &sqlx::Error) -> ExecutionError {
    tracing::warn!(%error, "a research database could not be reached");
    match code(error).as_deref() {
        // The account or its password, the database's name, the right to connect.
        Some(code) if code.starts_with("28") || code == "3D000" || code == "42501" => {
            ExecutionError::AccountRefused
        }
        _ => ExecutionError::Unreachable,
    }
}

/// A failure of a question of our own.
pub(super) fn problem(error: &sqlx::Error) -> Problem {
    tracing::warn!(%error, "a research database could not be read");
    match code(error) {
        Some(code) if code.starts_with("28") => Problem::AccountRefused,
        _ => Problem::Unreachable,
    }
}

/// A failure of a query, whose time limit may have passed. Its text may hold values and is not logged.
pub(super) fn of_query(error: &sqlx::Error, time_is_up: bool) -> ExecutionError {
    let Some(database) = error.as_database_error() else {
        tracing::warn!(%error, "the connection to a research database broke");
        return if time_is_up { ExecutionError::TimedOut } else { ExecutionError::Lost };
    };
    match database.code().as_deref() {
        // The message alone tells a time-out from a request, and its language is the server's.
        Some("57014" | "57P01") if time_is_up => ExecutionError::TimedOut,
        Some("57014" | "57P01") => ExecutionError::Cancelled,
        Some("55P03") => ExecutionError::Sql(
            "The query waited too long for a lock that somebody else holds; please try again later."
                .to_owned(),
        ),
        // The server goes down, or gave up on us.
        Some(code) if code.starts_with("57") || code.starts_with("08") || code == "25P03" => {
            ExecutionError::Lost
        }
        _ => ExecutionError::Sql(words(database)),
    }
}

fn words(error: &dyn DatabaseError) -> String {
    let message = sentence(error.message());
    match error.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::hint) {
        Some(hint) => format!("{message} {}", sentence(hint)),
        None => message,
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(DatabaseError::code).map(Into::into)
}
