//! The colours of highlights, by name: pages show the name too, since not everybody tells colours apart.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A named colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HighlightColour {
    /// The colour of a new highlight.
    Yellow,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Pink.
    Pink,
    /// Orange.
    Orange,
    /// Purple.
    Purple,
    /// Teal.
    Teal,
    /// Grey.
    Grey,
    /// Red.
    Red,
    /// Brown.
    Brown,
}

/// A text that names no colour of highlights.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown colour")]
pub struct UnknownColour;

impl HighlightColour {
    /// All colours, in the order in which pages offer them.
    pub const ALL: [Self; 10] = [
        Self::Yellow,
        Self::Green,
        Self::Blue,
        Self::Pink,
        Self::Orange,
        Self::Purple,
        Self::Teal,
        Self::Grey,
        Self::Red,
        Self::Brown,
    ];

    /// The name in columns, contracts and style sheets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Pink => "pink",
            Self::Orange => "orange",
            Self::Purple => "purple",
            Self::Teal => "teal",
            Self::Grey => "grey",
            Self::Red => "red",
            Self::Brown => "brown",
        }
    }
}

impl fmt::Display for HighlightColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for HighlightColour {
    type Err = UnknownColour;

    fn from_str(text: &str) -> Result<Self, UnknownColour> {
        Self::ALL.into_iter().find(|colour| colour.as_str() == text).ok_or(UnknownColour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_survives_its_name() {
        for colour in HighlightColour::ALL {
            assert_eq!(colour.to_string().parse(), Ok(colour));
        }
        assert_eq!("Yellow".parse::<HighlightColour>(), Err(UnknownColour));
    }
}
