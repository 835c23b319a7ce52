//! Papers: letters and packs made of domain data. Pure builders give a letter's data; [`print`] and
//! [`print_pack`] set it, on a thread where it may take its time.

mod pack;
#[cfg(test)]
mod tests;
mod to_patients;
mod to_researchers;
mod words;

use std::sync::Arc;

use chrono::NaiveDate;
use coffer_letters::letters::{ApprovalLetter, ModeConfirmationLetter, WithdrawalLetter};
use coffer_letters::{Letter, LetterError, Pdf, Typesetter};
use thiserror::Error;

pub use pack::{Enclosures, Invitation, Pack, pack};
pub use to_patients::{ChoiceMade, mode_confirmation};
pub use to_researchers::{Permission, approval, withdrawal};

use crate::domain::patient::Patient;
use crate::domain::study::Study;

/// The request that a paper is about.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// What people call the request by.
    pub code: &'a str,
    /// Its study.
    pub study: &'a Study,
    /// Its patient.
    pub patient: &'a Patient,
    /// The date of the paper.
    pub today: NaiveDate,
}

/// A finished paper, as the store of letters takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The word for its kind.
    pub kind: &'static str,
    /// Names no patient.
    pub title: String,
    /// The file.
    pub pdf: Pdf,
}

/// A letter that is stored by itself.
pub trait Stored: Letter + Send + 'static {
    /// The word for its kind.
    const KIND: &'static str;
}

impl Stored for ApprovalLetter {
    const KIND: &'static str = "approval";
}

impl Stored for WithdrawalLetter {
    const KIND: &'static str = "withdrawal";
}

impl Stored for ModeConfirmationLetter {
    const KIND: &'static str = "mode_confirmation";
}

/// Why there is no paper.
#[derive(Debug, Error)]
pub enum PaperError {
    /// It cannot be set or joined.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// The thread that set it ended early.
    #[error("setting a paper was broken off")]
    BrokenOff(#[from] tokio::task::JoinError),
}

/// Sets a letter.
pub async fn print<L: Stored>(typesetter: &Arc<Typesetter>, letter: L) -> Result<Paper, PaperError> {
    let typesetter = Arc::clone(typesetter);
    let set = move || {
        let pdf = typesetter.set(&letter)?;
        Ok(Paper { kind: L::KIND, title: letter.title(), pdf })
    };
    tokio::task::spawn_blocking(set).await?
}

/// Sets and joins a pack.
pub async fn print_pack(typesetter: &Arc<Typesetter>, pack: Pack) -> Result<Paper, PaperError> {
    let typesetter = Arc::clone(typesetter);
    let set = move || {
        let title = format!("Pack for a patient: study {}", pack.letter.study.number);
        Ok(Paper { kind: "pack", title, pdf: pack.set(&typesetter)? })
    };
    tokio::task::spawn_blocking(set).await?
}
