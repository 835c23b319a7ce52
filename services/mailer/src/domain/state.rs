//! The states of an e-mail.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where an e-mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for a worker.
    Accepted,
    /// A worker holds it under a lease; nothing has left the house.
    Claimed,
    /// The server is ready for the body: from here on only its answer tells whether the mail went out.
    HandingOver,
    /// The server took it.
    Sent,
    /// Waits for its next try.
    Deferred,
    /// Will not be tried again by itself.
    Refused,
    /// Nobody knows whether the server took it; a person decides.
    Doubtful,
    /// The live guard, or its last moment, stopped it.
    Stopped,
}

/// A text that names no state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown e-mail state")]
pub struct UnknownState;

impl State {
    /// All states, in the order of an e-mail's life.
    pub const ALL: [Self; 8] = [
        Self::Accepted,
        Self::Claimed,
        Self::HandingOver,
        Self::Sent,
        Self::Deferred,
        Self::Refused,
        Self::Doubtful,
        Self::Stopped,
    ];

    /// The name in columns, contracts and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Claimed => "claimed",
            Self::HandingOver => "handing_over",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Refused => "refused",
            Self::Doubtful => "doubtful",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_survives_its_name() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert_eq!("lost".parse::<State>(), Err(UnknownState));
    }
}
