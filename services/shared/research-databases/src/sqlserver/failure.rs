//! What SQL Server's errors mean, by their numbers.

use tiberius::error::Error;

use crate::error::{ExecutionError, Problem, sentence};

/// A failure before there is a session.
pub(super) fn of_connecting(error: &Error) -> ExecutionError {
    tracing::warn!(%error, "a research database could not be reached");
    match error.code() {
        // The account, its password, its right to the database, the database's name.
        Some(916 | 4060 | 4064 | 18_452 | 18_456 | 18_470 | 18_486 | 18_487 | 18_488) => {
            ExecutionError::AccountRefused
        }
        _ => ExecutionError::Unreachable,
    }
}

/// A failure of a question of our own.
pub(super) fn problem(error: &Error) -> Problem {
    of_connecting(error).into()
}

/// A failure of a query, whose time limit may have passed. Its text may hold values and is not logged.
pub(super) fn of_query(error: &Error, time_is_up: bool) -> ExecutionError {
    let Error::Server(server) = error else {
        return if time_is_up { ExecutionError::TimedOut } else { ExecutionError::Lost };
    };
    match server.code() {
        1222 => ExecutionError::Sql(
            "The query waited too long for a lock that somebody else holds; please try again later."
                .to_owned(),
        ),
        // The session was killed, or the server goes down.
        596 | 3617 => ExecutionError::Cancelled,
        6005 | 6006 => ExecutionError::Lost,
        _ => ExecutionError::Sql(sentence(server.message())),
    }
}
