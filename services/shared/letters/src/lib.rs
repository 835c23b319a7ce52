//! Letters: typst templates to tagged PDF (PDF/UA-1), and packs of several PDFs.
//!
//! A [`Typesetter`] is made once, with the [`House`] that sends the letters. Each letter is a struct of plain
//! data in [`letters`]; setting the same one twice gives the same bytes.

mod error;
mod fonts;
mod house;
mod inputs;
mod join;
mod legible;
pub mod letters;
mod parts;
mod pdf;
mod templates;
mod typesetter;

pub use error::LetterError;
pub use house::{Ethics, House};
pub use join::join;
pub use letters::Letter;
pub use parts::{
    Addressee, AgeBand, Basis, Clinician, Identity, LongDate, Signatory, Study, TextSize, TrafficLight,
};
pub use pdf::Pdf;
pub use typesetter::Typesetter;
