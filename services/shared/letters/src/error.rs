//! What can go wrong with a letter. No text here holds what the letter says.

use thiserror::Error;

/// Why a letter or a pack could not be made.
#[derive(Debug, Error)]
pub enum LetterError {
    /// The fonts in the binary cannot be read.
    #[error("the fonts cannot be read")]
    Fonts,
    /// This build does not know the wanted standard.
    #[error("PDF/UA-1 is not supported: {0}")]
    Standard(String),
    /// The house's logo is of no use.
    #[error("the house's logo is not an SVG image")]
    Logo,
    /// The letter's data cannot be handed to its template.
    #[error("the data of the letter {template} do not fit: {source}")]
    Data {
        /// The template.
        template: &'static str,
        /// What serde said.
        source: serde_json::Error,
    },
    /// The template does not compile with this data: a defect of the template.
    #[error("the template {template} cannot be set: {problem}")]
    Template {
        /// The template.
        template: &'static str,
        /// What the compiler says of the template's code.
        problem: String,
    },
    /// The set letter breaks a rule of PDF/UA-1. The rules' messages quote the letter, so they are only counted.
    #[error("the letter {template} has {problems} problems with PDF/UA-1")]
    NotAccessible {
        /// The template.
        template: &'static str,
        /// How many.
        problems: usize,
    },
    /// A part of a pack is no PDF that can be joined.
    #[error("part {number} of the pack cannot be used: {problem}")]
    Part {
        /// Its place, from 1.
        number: usize,
        /// Why.
        problem: PartProblem,
    },
    /// A pack without parts.
    #[error("a pack needs at least one part")]
    NoParts,
    /// The joined file could not be written.
    #[error("the pack could not be written")]
    Write(#[source] std::io::Error),
}

/// Why an uploaded PDF is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PartProblem {
    /// Not readable as PDF.
    #[error("it is not a readable PDF")]
    Unreadable,
    /// Protected by a password.
    #[error("it is encrypted")]
    Encrypted,
    /// Holds no page.
    #[error("it has no pages")]
    Empty,
    /// Its page tree or an object in it is broken.
    #[error("its pages are damaged")]
    Damaged,
}
