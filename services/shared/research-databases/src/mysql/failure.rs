//! What MySQL's errors mean, by their numbers.

use sqlx::mysql::MySqlDatabaseError;

use crate::error::{ExecutionError, Problem, sentence};

/// A failure before there is a session.
pub(super) fn of_connecting(error: &sqlx::Error) -> ExecutionError {
    tracing::warn!(%error, "a research database could not be reached");
    match number(error) {
        // The account, its password, its right to the database, the database's name.
        Some(1044 | 1045 | 1049 | 1130 | 1142 | 1698 | 3118 | 4151) => ExecutionError::AccountRefused,
        _ => ExecutionError::Unreachable,
    }
}

/// A failure of a question of our own.
pub(super) fn problem(error: &sqlx::Error) -> Problem {
    of_connecting(error).into()
}

/// A failure of a query, whose time limit may have passed. Its text may hold values and is not logged.
pub(super) fn of_query(error: &sqlx::Error, time_is_up: bool) -> ExecutionError {
    let Some(database) = error.as_database_error() else {
        tracing::warn!(%error, "the connection to a research database broke");
        return if time_is_up { ExecutionError::TimedOut } else { ExecutionError::Lost };
    };
    match number(error) {
        Some(1969 | 3024) => ExecutionError::TimedOut,
        Some(1317 | 1927) if time_is_up => ExecutionError::TimedOut,
        Some(1317 | 1927) => ExecutionError::Cancelled,
        Some(1205) => ExecutionError::Sql(
            "The query waited too long for a lock that somebody else holds; please try again later."
                .to_owned(),
        ),
        // The server goes down.
        Some(1053 | 1077 | 1079 | 3169 | 4031) => ExecutionError::Lost,
        _ => ExecutionError::Sql(sentence(database.message())),
    }
}

pub(super) fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}
